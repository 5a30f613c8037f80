/** The projections of this process, for operators: how each is, its machine, and what to do when it stopped. */
import { createHash } from 'node:crypto';
import { Controller, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { linkToCommit } from '../events/events.controller.js';
import { commitOptions } from '../events/idempotency.js';
import { EventLog } from '../../event-log/event-log.js';
import { JSON_TYPE, requireMediaType } from '../kernel/bodies.js';
import { matchesEntityTag, negotiate } from '../kernel/headers.js';
import { onlyKnown, type QueryString } from '../kernel/parameters.js';
import { PATHS } from '../kernel/paths.js';
import { diagramOf } from '../../projection/diagram.js';
import { detailsOf, overviewOf } from '../../projection/overview.js';
import { ProjectionHost } from '../../projection/projection-host.js';
import { resumeProjection, skipFaultedEvent } from '../../projection/resume.js';
import { projectionNamed } from './projection-not-found.js';
import { ApiDetails, ApiMachine, ApiOverview, ApiResume } from './projections.docs.js';
import { readResume } from './resume-request.js';

type ProjectionsRequest = FastifyRequest & { readonly query: QueryString };

@Controller(PATHS.projections)
export class ProjectionsController {
  constructor(
    private readonly host: ProjectionHost,
    private readonly log: EventLog,
  ) {}

  @Get()
  @ApiOverview()
  async list(@Req() request: ProjectionsRequest, @Res() reply: FastifyReply): Promise<void> {
    onlyKnown(request.query, []);
    const now = new Date();
    const head = await this.log.head();
    const projections = await Promise.all(
      this.host.projections.map((each) => overviewOf(each, this.log, now)),
    );
    void reply
      .header('leftfold-position', String(head))
      .header('cache-control', 'no-store')
      .send({ head, projections });
  }

  @Get(':name')
  @ApiDetails()
  async find(
    @Param('name') name: string,
    @Req() request: ProjectionsRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    onlyKnown(request.query, []);
    answer(reply, await detailsOf(projectionNamed(name, this.host), this.log));
  }

  @Get(':name/machine')
  @ApiMachine()
  machine(@Param('name') name: string, @Req() request: ProjectionsRequest, @Res() reply: FastifyReply): void {
    onlyKnown(request.query, []);
    const { definition } = projectionNamed(name, this.host);
    const type = negotiate(request.headers.accept, ['text/vnd.mermaid', 'text/plain']);
    const text = diagramOf(definition.machine);
    const entityTag = `"${createHash('sha256').update(text).digest('base64url')}"`;
    const isKnown = matchesEntityTag(request.headers['if-none-match'], entityTag);
    void reply
      .status(isKnown ? 304 : 200)
      .header('etag', entityTag)
      .header('cache-control', 'no-cache')
      .header('vary', 'Accept')
      .type(`${type}; charset=utf-8`)
      .send(isKnown ? undefined : text);
  }

  @Post(':name/resume')
  @HttpCode(200)
  @ApiResume()
  async resume(
    @Param('name') name: string,
    @Req() request: ProjectionsRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    onlyKnown(request.query, []);
    const projection = projectionNamed(name, this.host);
    requireMediaType(request, [JSON_TYPE]);
    const skipping = readResume(request.body);
    // The skip has a commit id of its own, so that a retry needs no key; one that is sent must be a key nonetheless.
    const { metadata } = commitOptions(request.headers, { resume: name, ...skipping });
    if (skipping === undefined) {
      await resumeProjection(projection);
    } else {
      const given = { ...skipping, ...(metadata !== undefined && { metadata }) };
      const { first, last, repeated } = await skipFaultedEvent(projection, this.log, given);
      if (!repeated) this.host.reportSkipped({ projection: name, ...skipping });
      void reply
        .status(201)
        .header('location', linkToCommit(first, last))
        .header('leftfold-position', String(last));
    }
    answer(reply, await overviewOf(projection, this.log));
  }
}

/** Never from a cache: tomorrow it is another. */
function answer(reply: FastifyReply, body: { readonly position: number }): void {
  if (!reply.hasHeader('leftfold-position')) void reply.header('leftfold-position', String(body.position));
  void reply.header('cache-control', 'no-store').send(body);
}
