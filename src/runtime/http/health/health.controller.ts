/** Whether the process lives, and whether its projections are ready to answer. */
import { Controller, Get, Res, UseFilters, UseGuards, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiEndpoint } from '../kernel/api-docs.js';
import { sendJson, type HttpResponse } from '../kernel/exchange.js';
import { PATHS } from '../kernel/paths.js';
import { OriginGuard } from '../kernel/origin.guard.js';
import { ProblemFilter } from '../kernel/problem.filter.js';
import { faultIn } from '../../projection/overview.js';
import { ProjectionHost } from '../../projection/projection-host.js';

const NO_STORE = { 'cache-control': 'no-store' };

@Controller({ path: PATHS.health, version: VERSION_NEUTRAL })
@UseFilters(ProblemFilter)
@UseGuards(OriginGuard)
export class HealthController {
  constructor(private readonly host: ProjectionHost) {}

  @Get('live')
  @ApiEndpoint({
    tag: 'health',
    summary: 'Whether the process answers at all',
    answers: { 200: { description: 'It does' } },
  })
  live(@Res() response: HttpResponse): void {
    sendJson(response, 200, NO_STORE, { status: 'live' });
  }

  @Get('ready')
  @ApiEndpoint({
    tag: 'health',
    summary: 'Whether every projection follows the log',
    answers: {
      200: { description: 'All of them do; degraded when an audit found one of them to drift' },
      503: {
        description:
          'One recovers (not ready) or has stopped (degraded); projections tells which, where and why',
      },
    },
  })
  ready(@Res() response: HttpResponse): void {
    const projections = this.host.projections.map((projection) => {
      const { name, status, position, drift } = projection;
      const fault = faultIn(projection);
      const trouble = { ...(fault && { faultAt: fault.position, fault }), ...(drift && { drift }) };
      return [name, { status, position, ...trouble }] as const;
    });
    const waitsFor = projections.map(([, { status }]) => status).filter((status) => status !== 'following');
    const isReady = !this.host.isEnding && waitsFor.length === 0;
    // All that can be had is there; what has stopped needs somebody to look at it.
    const isDegraded =
      !this.host.isEnding && waitsFor.length > 0 && waitsFor.every((status) => status === 'faulted');
    // It follows the log, so it is ready; that it cannot be believed is for people to look into.
    const isDrifting = this.host.projections.some(({ drift }) => drift !== undefined);
    sendJson(response, isReady ? 200 : 503, NO_STORE, {
      status: isDegraded || (isReady && isDrifting) ? 'degraded' : isReady ? 'ready' : 'not ready',
      projections: Object.fromEntries(projections),
    });
  }
}
