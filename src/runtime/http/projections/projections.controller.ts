/** The projections of this process, for operators: how each is, its machine, and what to do when it stopped. */
import { createHash } from 'node:crypto';
import {
  Controller,
  Get,
  HttpCode,
  Param,
  Post,
  Req,
  Res,
  UseFilters,
  UseGuards,
  VERSION_NEUTRAL,
} from '@nestjs/common';
import { linkToCommit } from '../events/page-request.js';
import { commitOptions } from '../events/idempotency.js';
import { EventLog } from '../../event-log/event-log.js';
import { JSON_TYPE, readBody } from '../kernel/bodies.js';
import {
  JSON_UTF_8,
  queryOf,
  send,
  sendJson,
  varyBy,
  whileConnected,
  type Headers,
  type HttpRequest,
  type HttpResponse,
} from '../kernel/exchange.js';
import { matchesEntityTag, negotiate } from '../kernel/headers.js';
import { Links } from '../kernel/links.js';
import { refuseUnknownParameters } from '../kernel/parameters.js';
import { InvalidParameter } from '../kernel/problem.js';
import { PATHS } from '../kernel/paths.js';
import { AccessGuard } from '../../access/gate.js';
import { RequireScope } from '../../access/required-scope.js';
import { ProblemFilter } from '../kernel/problem.filter.js';
import { diagramOf } from '../../projection/diagram.js';
import { detailsOf, fullDigestOf, overviewOf, type ProjectionOverview } from '../../projection/overview.js';
import { EntityProjection } from '../../projection/entities/entity-projection.js';
import { AnyReadModel } from '../../projection/read-models/any-read-model.js';
import { ProjectionHost } from '../../projection/projection-host.js';
import { resumeProjection, skipFaultedEvent } from '../../projection/resume.js';
import { logOperation } from '../operations/log-operation.js';
import { activeMachine, isOfNow, readMachineRequest } from './active-machine.js';
import { positionOf } from './as-of.js';
import { anyProjectionNamed, projectionWithMachine } from './projection-not-found.js';
import { ApiDetails, ApiDigest, ApiOverview, ApiResume } from './projections.docs.js';
import { ApiMachine, MACHINE_TYPES } from './machine.docs.js';
import { requireRecovered } from './query.js';
import { readResume } from './resume-request.js';
import { readPointInTime } from './time-parameter.js';

@Controller({ path: PATHS.projections, version: VERSION_NEUTRAL })
@UseFilters(ProblemFilter)
@UseGuards(AccessGuard)
@RequireScope('operate')
export class ProjectionsController {
  constructor(
    private readonly host: ProjectionHost,
    private readonly log: EventLog,
    private readonly links: Links,
  ) {}

  @Get()
  @ApiOverview()
  async list(@Req() request: HttpRequest, @Res() response: HttpResponse): Promise<void> {
    refuseUnknownParameters(queryOf(request), []);
    const now = new Date();
    const head = await this.log.head();
    const projections = await Promise.all(
      this.host.all.map(async (each) => linked(await overviewOf(each, this.log, now), this.links)),
    );
    sendJson(response, 200, headersAt(head), { head, projections });
  }

  @Get(':name')
  @ApiDetails()
  async find(
    @Param('name') name: string,
    @Req() request: HttpRequest,
    @Res() response: HttpResponse,
  ): Promise<void> {
    refuseUnknownParameters(queryOf(request), []);
    const details = await detailsOf(anyProjectionNamed(name, this.host), this.log);
    sendJson(response, 200, headersAt(details.position), linked(details, this.links));
  }

  /** Of the state now, or of a past one: what two processes compare. */
  @Get(':name/digest')
  @ApiDigest()
  async digest(
    @Param('name') name: string,
    @Req() request: HttpRequest,
    @Res() response: HttpResponse,
  ): Promise<void> {
    const query = queryOf(request);
    refuseUnknownParameters(query, ['at']);
    const projection = anyProjectionNamed(name, this.host);
    const point = readPointInTime(query, 'at');
    if (projection instanceof EntityProjection || projection instanceof AnyReadModel) {
      if (point !== undefined)
        throw new InvalidParameter(
          'at',
          `The digest of ${projection instanceof AnyReadModel ? 'a read model' : 'an entity projection'} is there as of now only; ask without at.`,
        );
      if (projection instanceof EntityProjection) requireRecovered(projection);
      const { position, digest } = projection instanceof EntityProjection ? projection.folded : projection;
      sendJson(response, 200, headersAt(position), { position, digest: `${position}-${digest}` });
      return;
    }
    const at = point === undefined ? undefined : await positionOf(projection.past, point);
    const folded = await whileConnected(response, (signal) =>
      at === undefined ? Promise.resolve(projection.folded) : projection.past.at(at, { signal }),
    );
    if (folded === undefined) return;
    const { position } = folded;
    sendJson(response, 200, headersAt(position), { position, digest: fullDigestOf(folded) });
  }

  @Get(':name/machine')
  @ApiMachine()
  async machine(
    @Param('name') name: string,
    @Req() request: HttpRequest,
    @Res() response: HttpResponse,
  ): Promise<void> {
    const query = queryOf(request);
    refuseUnknownParameters(query, ['at', 'key']);
    const projection = projectionWithMachine(name, this.host);
    const asked = readMachineRequest(query, projection);
    // A diagram shows no active states.
    const type = negotiate(request.headers.accept, isOfNow(asked) ? MACHINE_TYPES : [JSON_TYPE]);
    if (type !== JSON_TYPE) {
      const { machine } = projection.definition;
      sendTagged(request, response, { type: `${type}; charset=utf-8`, body: diagramOf(machine) });
      return;
    }
    const found = await whileConnected(response, (signal) => activeMachine(projection, asked, signal));
    if (found === undefined) return;
    const headers = { 'leftfold-position': String(found.position) };
    sendTagged(request, response, { type: JSON_UTF_8, body: JSON.stringify(found), headers });
  }

  @Post(':name/resume')
  @HttpCode(200)
  @ApiResume()
  async resume(
    @Param('name') name: string,
    @Req() request: HttpRequest,
    @Res() response: HttpResponse,
  ): Promise<void> {
    refuseUnknownParameters(queryOf(request), []);
    const projection = anyProjectionNamed(name, this.host);
    const skipping = readResume(await readBody(request, [JSON_TYPE], { isOptional: true }));
    // The skip has a commit id of its own, so that a retry needs no key; one that is sent must be a key nonetheless.
    const { metadata } = commitOptions(request, { resume: name, ...skipping });
    logOperation(
      request,
      skipping === undefined ? `resume of ${name}` : `skip of event ${skipping.position} in ${name}`,
    );
    if (skipping === undefined) {
      await resumeProjection(projection);
      const overview = await overviewOf(projection, this.log);
      sendJson(response, 200, headersAt(overview.position), linked(overview, this.links));
    } else {
      const given = { ...skipping, ...(metadata !== undefined && { metadata }) };
      const { first, last, repeated } = await skipFaultedEvent(projection, this.log, given);
      if (!repeated) this.host.reportSkipped({ projection: name, ...skipping });
      const overview = await overviewOf(projection, this.log);
      const headers = { ...headersAt(last), location: linkToCommit(this.links, first, last) };
      sendJson(response, 201, headers, linked(overview, this.links));
    }
  }
}

/** What it is now; the entity tag is a digest of the body. */
function sendTagged(
  request: HttpRequest,
  response: HttpResponse,
  { type, body, headers }: { readonly type: string; readonly body: string; readonly headers?: Headers },
): void {
  const etag = `"${createHash('sha256').update(body).digest('base64url')}"`;
  const isKnown = matchesEntityTag(request.headers['if-none-match'], etag);
  const vary = varyBy(response, 'Accept');
  send(
    response,
    isKnown ? 304 : 200,
    { ...headers, etag, 'cache-control': 'no-cache', vary, 'content-type': type },
    isKnown ? undefined : body,
  );
}

/** Not to be kept in a cache: the next answer is another one. */
function headersAt(position: number): Headers {
  return { 'leftfold-position': String(position), 'cache-control': 'no-store' };
}

/** With its links as they are under the prefixes of the application. */
function linked<Overview extends ProjectionOverview>(overview: Overview, at: Links): Overview {
  const links = Object.entries(overview.links).map(([name, path]) => [name, at.runtime(path)]);
  const commands = Object.entries(overview.commands).map(([name, command]) => [
    name,
    { ...command, href: at.runtime(command.href) },
  ]);
  return {
    ...overview,
    links: Object.fromEntries(links) as Overview['links'],
    commands: Object.fromEntries(commands) as Overview['commands'],
  };
}
