/** The verification of the log over HTTP: `POST` asks for one, `GET` tells how the last one stands. */
import { Controller, Get, Post, Req, Res, UseFilters, UseGuards, VERSION_NEUTRAL } from '@nestjs/common';
import { AccessGuard } from '../../access/gate.js';
import { RequireScope } from '../../access/required-scope.js';
import { queryOf, sendJson, type HttpRequest, type HttpResponse } from '../kernel/exchange.js';
import { preferredWait } from '../kernel/headers.js';
import { Links } from '../kernel/links.js';
import { refuseUnknownParameters } from '../kernel/parameters.js';
import { PATHS } from '../kernel/paths.js';
import { ProblemFilter } from '../kernel/problem.filter.js';
import { elapsed } from './elapsed.js';
import { logOperation } from './log-operation.js';
import { ApiVerificationStatus, ApiVerify } from './verification.docs.js';
import { Verification } from './verification.js';

@Controller({ path: PATHS.verification, version: VERSION_NEUTRAL })
@UseFilters(ProblemFilter)
@UseGuards(AccessGuard)
@RequireScope('operate')
export class VerificationController {
  constructor(
    private readonly verification: Verification,
    private readonly links: Links,
  ) {}

  /** Waits for its end as long as the client prefers. */
  @Post()
  @ApiVerify()
  async start(@Req() request: HttpRequest, @Res() response: HttpResponse): Promise<void> {
    refuseUnknownParameters(queryOf(request), []);
    const wait = preferredWait(request.headers['prefer']);
    logOperation(request, 'verification of the log');
    const ended = this.verification.run();
    if (wait > 0) await Promise.race([ended, elapsed(wait, response)]);
    const { status } = this.verification;
    sendJson(
      response,
      status.status === 'running' ? 202 : 200,
      {
        'cache-control': 'no-store',
        location: this.links.runtime(`/${PATHS.verification}`),
        ...(wait > 0 && { 'preference-applied': `wait=${wait}` }),
      },
      status,
    );
  }

  @Get()
  @ApiVerificationStatus()
  status(@Req() request: HttpRequest, @Res() response: HttpResponse): void {
    refuseUnknownParameters(queryOf(request), []);
    sendJson(response, 200, { 'cache-control': 'no-store' }, this.verification.status);
  }
}
