/** What one entity was: `GET /<name>/{key}?at=` and `GET /<name>/{key}/history`. */
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
import { START, position } from '../../event-log/event.js';
import { positionAt } from '../../event-log/position-at-time.js';
import type { EntityProjectionDefinition } from '../../projection/entities/define-entity-projection.js';
import { entityAt } from '../../projection/entities/entity-past.js';
import { EntityNotFound } from '../../projection/entities/entity-problems.js';
import { EntityProjection } from '../../projection/entities/entity-projection.js';
import { tokenOf } from '../../projection/inject-projection.js';
import { AfterHead } from '../../projection/past/past-problems.js';
import {
  queryOf,
  sendJson,
  whileConnected,
  type HttpRequest,
  type HttpResponse,
} from '../kernel/exchange.js';
import { Links } from '../kernel/links.js';
import { OriginGuard } from '../kernel/origin.guard.js';
import { refuseUnknownParameters, wholeNumber } from '../kernel/parameters.js';
import { ProblemFilter } from '../kernel/problem.filter.js';
import type { PointInTime } from '../projections/time-parameter.js';
import { ApiEntityHistory } from './entities.docs.js';
import { entityJson, sendBody } from './entity-answer.js';
import { MAX_POINTS, pointsOf, written } from './entity-points.js';

export interface EntityAtRequest {
  readonly key: string;
  readonly point: PointInTime;
  readonly fields: readonly string[] | undefined;
}

/** @throws AfterHead, EntityNotFound, CannotBeFolded */
export async function answerEntityAt(
  projection: EntityProjection,
  { key, point, fields }: EntityAtRequest,
  request: HttpRequest,
  response: HttpResponse,
): Promise<void> {
  const { log, name } = projection;
  const through = 'position' in point ? point.position : await positionAt(log, point.time);
  const head = await log.head();
  if (through > head) throw new AfterHead(through, head);
  const found = await whileConnected(response, async (signal) => ({
    point: await entityAt(projection, key, { log, through, signal }),
  }));
  if (found === undefined) return;
  if (found.point === undefined) throw new EntityNotFound(name, key);
  const { position: last, view } = found.point;
  const body = entityJson({ key, position: last, view: JSON.stringify(view) }, fields);
  sendBody(projection, request, response, { body, headers: { 'leftfold-position': String(through) } });
}

export function entityPastController(definition: EntityProjectionDefinition): Type {
  const { name } = definition;

  @Controller({ path: name, version: VERSION_NEUTRAL })
  @UseFilters(ProblemFilter)
  @UseGuards(OriginGuard)
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
      const query = queryOf(request);
      refuseUnknownParameters(query, ['after', 'limit']);
      const after = position(wholeNumber(query, 'after') ?? START);
      const limit = wholeNumber(query, 'limit', { min: 1, max: MAX_POINTS }) ?? MAX_POINTS;
      const answer = await whileConnected(response, (signal) =>
        pointsOf(this.projection, key, { after, limit, signal }),
      );
      if (answer === undefined) return;
      const { points, isMore, head } = answer;
      const last = points.at(-1)?.position;
      if (last === undefined && after === START) throw new EntityNotFound(name, key);
      const path = `/${name}/${encodeURIComponent(key)}/history?after=${last ?? after}&limit=${limit}`;
      sendJson(
        response,
        200,
        { 'leftfold-position': String(head), 'cache-control': 'no-cache' },
        { key, points: points.map(written), ...(isMore && { next: this.links.runtime(path) }) },
      );
    }
  }
  return EntityPastController;
}
