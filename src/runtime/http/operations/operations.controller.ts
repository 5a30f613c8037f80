/** Audits and rebuilds over HTTP: `POST` asks for one, `GET` tells how it stands. */
import {
  Controller,
  Get,
  Param,
  Post,
  Req,
  Res,
  UseFilters,
  UseGuards,
  VERSION_NEUTRAL,
} from '@nestjs/common';
import { queryOf, sendJson, type Headers, type HttpRequest, type HttpResponse } from '../kernel/exchange.js';
import { preferredWait } from '../kernel/headers.js';
import { Links } from '../kernel/links.js';
import { refuseUnknownParameters } from '../kernel/parameters.js';
import { PATHS } from '../kernel/paths.js';
import { AccessGuard } from '../../access/gate.js';
import { RequireScope } from '../../access/required-scope.js';
import { ProblemFilter } from '../kernel/problem.filter.js';
import { ProjectionHost, type AnyProjection } from '../../projection/projection-host.js';
import type { Job } from '../../projection/operations/job.js';
import { Operations } from '../../projection/operations/operations.js';
import { elapsed } from './elapsed.js';
import { logOperation } from './log-operation.js';
import { anyProjectionNamed } from '../projections/projection-not-found.js';
import { ApiJobStatus, ApiStartJob } from './operations.docs.js';

type OperationKind = 'audit' | 'rebuild';

@Controller({ path: PATHS.projections, version: VERSION_NEUTRAL })
@UseFilters(ProblemFilter)
@UseGuards(AccessGuard)
@RequireScope('operate')
export class OperationsController {
  constructor(
    private readonly host: ProjectionHost,
    private readonly operations: Operations,
    private readonly links: Links,
  ) {}

  @Post(':name/audit')
  @ApiStartJob('audit', 'Hold a projection and its snapshots against what the log folds to')
  postAudit(
    @Param('name') name: string,
    @Req() request: HttpRequest,
    @Res() response: HttpResponse,
  ): Promise<void> {
    return this.#start(name, 'audit', this.operations.audit(this.#known(name, request)), request, response);
  }

  @Get(':name/audit')
  @ApiJobStatus('audit', 'How the last audit of a projection stands')
  getAudit(@Param('name') name: string, @Req() request: HttpRequest, @Res() response: HttpResponse): void {
    this.#known(name, request);
    sendStatus(response, 200, name, this.operations.lastAudit(name));
  }

  @Post(':name/rebuild')
  @ApiStartJob('rebuild', 'Fold a projection anew from the log, while the old state answers')
  postRebuild(
    @Param('name') name: string,
    @Req() request: HttpRequest,
    @Res() response: HttpResponse,
  ): Promise<void> {
    return this.#start(
      name,
      'rebuild',
      this.operations.rebuild(this.#known(name, request)),
      request,
      response,
    );
  }

  @Get(':name/rebuild')
  @ApiJobStatus('rebuild', 'How the last rebuild of a projection stands')
  getRebuild(@Param('name') name: string, @Req() request: HttpRequest, @Res() response: HttpResponse): void {
    this.#known(name, request);
    sendStatus(response, 200, name, this.operations.lastRebuild(name));
  }

  #known(name: string, request: HttpRequest): AnyProjection {
    refuseUnknownParameters(queryOf(request), []);
    preferredWait(request.headers['prefer']); // refused before anything is begun
    return anyProjectionNamed(name, this.host);
  }

  /** Waits for its end as long as the client prefers. */
  async #start(
    name: string,
    kind: OperationKind,
    job: Job<object>,
    request: HttpRequest,
    response: HttpResponse,
  ): Promise<void> {
    logOperation(request, `${kind} of ${name}`);
    const wait = preferredWait(request.headers['prefer']);
    if (wait > 0) await Promise.race([job.ended, elapsed(wait, response)]);
    sendStatus(response, job.hasEnded ? 200 : 202, name, job, {
      location: this.links.runtime(`/projections/${name}/${kind}`),
      ...(wait > 0 && { 'preference-applied': `wait=${wait}` }),
    });
  }
}

function sendStatus(
  response: HttpResponse,
  status: number,
  projection: string,
  job: Job<object> | undefined,
  headers: Headers = {},
): void {
  const body = { projection, ...(job?.status ?? { status: 'never' }) };
  sendJson(response, status, { 'cache-control': 'no-store', ...headers }, body);
}
