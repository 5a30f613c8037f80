/** Audits and rebuilds over HTTP: `POST` asks for one, `GET` tells how it stands. */
import { Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { preferredWait } from '../kernel/headers.js';
import { onlyKnown } from '../kernel/parameters.js';
import { PATHS } from '../kernel/paths.js';
import { ProjectionHost } from '../../projection/projection-host.js';
import type { Projection } from '../../projection/projection.js';
import type { Job } from '../../projection/operations/job.js';
import { Operations } from '../../projection/operations/operations.js';
import { projectionNamed } from '../projections/projection-not-found.js';
import type { QueryRequest } from '../projections/query.js';
import { ApiJobStatus, ApiStartJob } from './operations.docs.js';

type OperationKind = 'audit' | 'rebuild';

@Controller(PATHS.projections)
export class OperationsController {
  constructor(
    private readonly host: ProjectionHost,
    private readonly upkeep: Operations,
  ) {}

  @Post(':name/audit')
  @ApiStartJob('audit', 'Hold a projection and its snapshots against what the log folds to')
  postAudit(
    @Param('name') name: string,
    @Req() request: FastifyRequest & QueryRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return startJob(name, 'audit', this.upkeep.audit(this.#known(name, request)), request, reply);
  }

  @Get(':name/audit')
  @ApiJobStatus('audit', 'How the last audit of a projection stands')
  getAudit(
    @Param('name') name: string,
    @Req() request: FastifyRequest & QueryRequest,
    @Res() reply: FastifyReply,
  ): void {
    this.#known(name, request);
    tell(name, this.upkeep.lastAudit(name), reply);
  }

  @Post(':name/rebuild')
  @ApiStartJob('rebuild', 'Fold a projection anew from the log, while the old state answers')
  postRebuild(
    @Param('name') name: string,
    @Req() request: FastifyRequest & QueryRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return startJob(name, 'rebuild', this.upkeep.rebuild(this.#known(name, request)), request, reply);
  }

  @Get(':name/rebuild')
  @ApiJobStatus('rebuild', 'How the last rebuild of a projection stands')
  getRebuild(
    @Param('name') name: string,
    @Req() request: FastifyRequest & QueryRequest,
    @Res() reply: FastifyReply,
  ): void {
    this.#known(name, request);
    tell(name, this.upkeep.lastRebuild(name), reply);
  }

  #known(name: string, request: QueryRequest & FastifyRequest): Projection {
    onlyKnown(request.query, []);
    preferredWait(request.headers['prefer']); // refused before anything is begun
    return projectionNamed(name, this.host);
  }
}

/** Waits for its end as long as the client prefers. */
async function startJob(
  name: string,
  kind: OperationKind,
  undertaking: Job<object>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const wait = preferredWait(request.headers['prefer']);
  if (wait > 0) {
    await Promise.race([undertaking.ended, elapsed(wait, reply)]);
    void reply.header('preference-applied', `wait=${wait}`);
  }
  void reply.status(undertaking.hasEnded ? 200 : 202).header('location', `/projections/${name}/${kind}`);
  tell(name, undertaking, reply);
}

/** Resolves after so many seconds, or when the client is gone. */
function elapsed(seconds: number, reply: FastifyReply): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, seconds * 1000);
    timer.unref();
    reply.raw.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function tell(projection: string, undertaking: Job<object> | undefined, reply: FastifyReply): void {
  void reply
    .header('cache-control', 'no-store')
    .send({ projection, ...(undertaking?.status ?? { status: 'never' }) });
}
