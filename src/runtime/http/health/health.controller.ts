/** Whether the process lives, and whether its log and projections are ready. */
import { Controller, Get, Req, Res, UseFilters, UseGuards, VERSION_NEUTRAL } from '@nestjs/common';
import { z } from 'zod';
import { ApiEndpoint, apiPosition, apiTime } from '../kernel/api-docs.js';
import { callerOf } from '../../access/caller.js';
import { sendJson, type HttpRequest, type HttpResponse } from '../kernel/exchange.js';
import { PATHS } from '../kernel/paths.js';
import { AccessGuard } from '../../access/gate.js';
import { RequireScope } from '../../access/required-scope.js';
import { ProblemFilter } from '../kernel/problem.filter.js';
import { EventLog } from '../../event-log/event-log.js';
import { isTroubleOfStore, logHealth } from '../../event-log/log-health.js';
import { faultIn, troubleOf } from '../../projection/overview.js';
import { apiStatus, apiTrouble, drift, faultOverview } from '../projections/projections.docs.js';
import { ProjectionHost } from '../../projection/projection-host.js';

const readiness = z
  .object({
    status: z.enum(['ready', 'degraded', 'not ready']),
    log: z
      .object({
        status: z.enum(['available', 'read-only', 'unavailable']),
        head: apiPosition.describe('Absent when the store did not tell').optional(),
        lastAppend: apiTime.describe('When an append of this process last succeeded').optional(),
        code: z.string().describe('Why it is not available: stable').optional(),
        detail: z.string().describe('Why it is not available: a sentence').optional(),
      })
      .meta({ title: 'LogHealth' })
      .optional(),
    projections: z
      .record(
        z.string(),
        z
          .object({
            status: apiStatus,
            position: apiPosition,
            faultAt: apiPosition.optional(),
            fault: faultOverview.optional(),
            trouble: apiTrouble.optional(),
            drift: drift.optional(),
          })
          .meta({ title: 'ProjectionHealth' }),
      )
      .describe('By name; as the log, for those only who have the scope operate')
      .optional(),
  })
  .meta({ title: 'Readiness' });

const NO_STORE = { 'cache-control': 'no-store' };

@Controller({ path: PATHS.health, version: VERSION_NEUTRAL })
@UseFilters(ProblemFilter)
@UseGuards(AccessGuard)
@RequireScope('public')
export class HealthController {
  constructor(
    private readonly host: ProjectionHost,
    private readonly log: EventLog,
  ) {}

  @Get('live')
  @ApiEndpoint({
    tag: 'health',
    summary: 'Whether the process answers at all',
    answers: {
      200: {
        description: 'It does',
        body: z.object({ status: z.literal('live') }).meta({ title: 'Liveness' }),
      },
    },
  })
  live(@Res() response: HttpResponse): void {
    sendJson(response, 200, NO_STORE, { status: 'live' });
  }

  @Get('ready')
  @ApiEndpoint({
    tag: 'health',
    summary: 'Whether the log can be read and appended to, and every projection follows it',
    answers: {
      200: {
        description:
          'All of them do; degraded when an audit found one of them to drift, when the database of an entity projection cannot be used for now, or when queries are answered from the state while the server that keeps the log is in trouble',
        body: readiness,
      },
      503: {
        description:
          'A projection recovers or this process cannot read the log (not ready); a projection has stopped or this process cannot append (degraded); log and projections tell which, where and why',
        body: readiness,
      },
    },
  })
  async ready(@Req() request: HttpRequest, @Res() response: HttpResponse): Promise<void> {
    const log = await logHealth(this.log);
    const projections = this.host.all.map((projection) => {
      const { name, status, position, drift } = projection;
      const fault = faultIn(projection);
      const trouble = troubleOf(projection);
      const wrong = {
        ...(fault && { faultAt: fault.position, fault }),
        ...(trouble !== undefined && { trouble }),
        ...(drift && { drift }),
      };
      return [name, { status, position, ...wrong }] as const;
    });
    const statuses = projections.map(([, { status }]) => status);
    const isFollowing = !this.host.isEnding && statuses.every((status) => status === 'following');
    const isReady = isFollowing && log.status === 'available';
    // While the log is away, the states can still be asked for.
    const isAnswering = log.status !== 'unavailable' || (isTroubleOfStore(log) && projections.length > 0);
    // All that can be had is there; what has stopped needs somebody to look at it.
    const isDegraded =
      !this.host.isEnding &&
      isAnswering &&
      statuses.every((status) => status === 'following' || status === 'faulted');
    // It follows the log, so it is ready; that it cannot be believed is for people to look into.
    const isWrong = this.host.all.some(
      (projection) => projection.drift !== undefined || troubleOf(projection) !== undefined,
    );
    // Without this process nobody would answer, and no other one could record anything either.
    const isOfUse = isReady || (isFollowing && isAnswering && isTroubleOfStore(log));
    sendJson(response, isOfUse ? 200 : 503, NO_STORE, {
      status: isReady && !isWrong ? 'ready' : isDegraded ? 'degraded' : 'not ready',
      // Whoever balances loads asks without credentials.
      ...(callerOf(request).scopes.allows('operate') && {
        log,
        projections: Object.fromEntries(projections),
      }),
    });
  }
}
