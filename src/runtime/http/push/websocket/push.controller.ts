/** What is answered to requests about the WebSocket: `/asyncapi.json` describes it, and `/push` itself asks for an upgrade. */
import { Controller, Get, Req, Res, UseFilters, UseGuards, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { AccessGuard } from '../../../access/gate.js';
import { RequireScope } from '../../../access/required-scope.js';
import { queryOf, sendJson, type HttpRequest, type HttpResponse } from '../../kernel/exchange.js';
import { Links } from '../../kernel/links.js';
import { refuseUnknownParameters } from '../../kernel/parameters.js';
import { PATHS, PROTOCOL_PATHS } from '../../kernel/paths.js';
import { ProblemFilter } from '../../kernel/problem.filter.js';
import { UpgradeRequired } from '../../sockets/socket-problems.js';
import { asyncApiOf } from './async-api.js';

@Controller({ version: VERSION_NEUTRAL })
@UseFilters(ProblemFilter)
@UseGuards(AccessGuard)
@RequireScope('public')
@ApiExcludeController()
export class PushController {
  #document: object | undefined;

  constructor(private readonly links: Links) {}

  @Get(PATHS.asyncApi)
  describe(@Req() request: HttpRequest, @Res() response: HttpResponse): void {
    refuseUnknownParameters(queryOf(request), []);
    this.#document ??= asyncApiOf(this.links.runtime(`/${PROTOCOL_PATHS.push}`));
    sendJson(response, 200, { 'cache-control': 'no-cache' }, this.#document);
  }

  /** An upgrade never comes here. @throws UpgradeRequired */
  @Get(PROTOCOL_PATHS.push)
  open(): never {
    throw new UpgradeRequired('What it is spoken to with is in /asyncapi.json.');
  }
}
