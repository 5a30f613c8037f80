/** The log over HTTP without appends: of an app that knows no contracts, which could check nothing that is sent. */
import { Controller, UseFilters, UseGuards, VERSION_NEUTRAL } from '@nestjs/common';
import type { HttpRequest } from '../kernel/exchange.js';
import { MethodNotAllowed } from '../kernel/method-not-allowed.js';
import { AccessGuard } from '../../access/gate.js';
import { RequireScope } from '../../access/required-scope.js';
import { PATHS } from '../kernel/paths.js';
import { ProblemFilter } from '../kernel/problem.filter.js';
import { EventsController } from './events.controller.js';

@Controller({ path: PATHS.events, version: VERSION_NEUTRAL })
@UseFilters(ProblemFilter)
@UseGuards(AccessGuard)
@RequireScope('events:read')
export class ReadOnlyEventsController extends EventsController {
  /** Without `@Post()` no request is routed to it. */
  override append({ method }: HttpRequest): Promise<void> {
    return Promise.reject(new MethodNotAllowed(method, 'GET, HEAD'));
  }
}
