/** What one entity was: `GET /<path>/{key}?at=`, `GET /<path>/{key}/history` and `GET /<path>/{key}/what-if`. */
import {
  Controller,
  Get,
  Inject,
  Param,
  Req,
  Res,
  UseFilters,
  UseGuards,
  VERSION_NEUTRAL,
  type Type,
} from '@nestjs/common';
import { START, position, type Position } from '../../event-log/event.js';
import { positionAt } from '../../event-log/position-at-time.js';
import type { EntityProjectionDefinition } from '../../projection/entities/define-entity-projection.js';
import { EntityNotFound } from '../../projection/entities/entity-problems.js';
import { EntityProjection } from '../../projection/entities/entity-projection.js';
import { tokenOf } from '../../projection/inject-projection.js';
import { AfterHead } from '../../projection/past/past-problems.js';
import { JSON_TYPE } from '../kernel/bodies.js';
import { negotiate } from '../kernel/headers.js';
import {
  JSON_UTF_8,
  queryOf,
  send,
  sendJson,
  setHeader,
  whileConnected,
  type HttpRequest,
  type HttpResponse,
} from '../kernel/exchange.js';
import { Links } from '../kernel/links.js';
import { AccessGuard } from '../../access/gate.js';
import { RequireScope } from '../../access/required-scope.js';
import { refuseUnknownParameters, wholeNumber } from '../kernel/parameters.js';
import { pathOf } from '../kernel/paths.js';
import { ProblemFilter } from '../kernel/problem.filter.js';
import { readWhatIf, requireBefore } from '../projections/past-request.js';
import type { PointInTime } from '../projections/time-parameter.js';
import { entityJson, sendBody } from './entity-answer.js';
import { ApiEntityHistory, ApiEntityWhatIf } from './entity-past.docs.js';
import { MAX_POINTS, pointsOf } from './entity-points.js';

export interface EntityAtRequest {
  readonly key: string;
  readonly point: PointInTime;
  readonly fields: readonly string[] | undefined;
}

/** @throws EntityNotFound, AfterHead, CannotBeFolded, PastBusy */
export async function answerEntityAt(
  projection: EntityProjection,
  { key, point, fields }: EntityAtRequest,
  request: HttpRequest,
  response: HttpResponse,
): Promise<void> {
  const through = await positionOf(projection, point);
  const found = await whileConnected(response, async (signal) => ({
    point: await projection.past.at(key, { through, signal }),
  }));
  if (found === undefined) return;
  if (found.point === undefined)
    throw new EntityNotFound(projection.name, key, pathOf(projection.definition));
  const { position: last, view, faultAt } = found.point;
  const stopped = faultAt === undefined ? {} : { faultAt };
  const body = entityJson({ key, position: last, view: JSON.stringify(view), ...stopped }, fields);
  sendBody(projection, request, response, { body, position: through, headers: staleFrom(faultAt) });
}

export function entityPastController(definition: EntityProjectionDefinition): Type {
  const { name } = definition;
  const served = pathOf(definition);

  @Controller({ path: served, version: VERSION_NEUTRAL })
  @UseFilters(ProblemFilter)
  @UseGuards(AccessGuard)
  @RequireScope(`query:${name}`)
  class EntityPastController {
    constructor(
      @Inject(tokenOf(name)) private readonly projection: EntityProjection,
      private readonly links: Links,
    ) {}

    @Get(':key/history')
    @ApiEntityHistory(definition)
    async history(
      @Param('key') key: string,
      @Req() request: HttpRequest,
      @Res() response: HttpResponse,
    ): Promise<void> {
      negotiate(request.headers.accept, [JSON_TYPE]);
      const query = queryOf(request);
      refuseUnknownParameters(query, ['after', 'limit']);
      const after = position(wholeNumber(query, 'after') ?? START);
      const limit = wholeNumber(query, 'limit', { min: 1, max: MAX_POINTS }) ?? MAX_POINTS;
      const answer = await whileConnected(response, (signal) =>
        pointsOf(this.projection, key, { after, limit, signal }),
      );
      if (answer === undefined) return;
      const { points, last, isMore, head, faultAt } = answer;
      if (last === undefined && after === START && faultAt === undefined)
        throw new EntityNotFound(name, key, served);
      const path = `/${served}/${encodeURIComponent(key)}/history?after=${last ?? after}&limit=${limit}`;
      const next = isMore ? `,"next":${JSON.stringify(this.links.runtime(path))}` : '';
      const stopped = faultAt === undefined ? '' : `,"faultAt":${faultAt}`;
      const body = `{"key":${JSON.stringify(key)},"points":[${points.join()}]${stopped}${next}}`;
      setHeader(response, 'content-type', JSON_UTF_8);
      send(response, 200, { ...headersAt(head), ...staleFrom(faultAt) }, body);
    }

    @Get(':key/what-if')
    @ApiEntityWhatIf(definition)
    async whatIf(
      @Param('key') key: string,
      @Req() request: HttpRequest,
      @Res() response: HttpResponse,
    ): Promise<void> {
      negotiate(request.headers.accept, [JSON_TYPE]);
      const { without, at } = readWhatIf(queryOf(request));
      const head = await this.projection.log.head();
      for (const each of without) if (each > head) throw new AfterHead(each, head);
      const through = at === undefined ? head : await positionOf(this.projection, at);
      requireBefore(through, without);
      const states = await whileConnected(response, (signal) =>
        this.projection.past.whatIf(key, without, { through, signal }),
      );
      if (states === undefined) return;
      if (states.is === undefined && states.wouldBe === undefined)
        throw new EntityNotFound(name, key, served);
      const leftOut = [...without].sort((one, other) => one - other);
      sendJson(response, 200, headersAt(through), { key, position: through, without: leftOut, ...states });
    }
  }
  return EntityPastController;
}

const staleFrom = (faultAt: Position | undefined): Readonly<Record<string, string>> =>
  faultAt === undefined ? {} : { 'leftfold-stale': String(faultAt) };

function headersAt(at: Position): Readonly<Record<string, string>> {
  return { 'leftfold-position': String(at), 'cache-control': 'no-cache' };
}

function positionOf({ log }: EntityProjection, point: PointInTime): Position | Promise<Position> {
  return 'position' in point ? point.position : positionAt(log, point.time);
}
