/** What every entity projection answers: `GET /<name>` and `GET /<name>/{key}`. */
import {
  Controller,
  Get,
  Inject,
  Optional,
  Param,
  Req,
  Res,
  UseFilters,
  VERSION_NEUTRAL,
  type Type,
} from '@nestjs/common';
import type { Position } from '../../event-log/event.js';
import type { EntityProjectionDefinition } from '../../projection/entities/define-entity-projection.js';
import { countEntities, listEntities, type EntityCursor } from '../../projection/entities/entity-list.js';
import { EntityNotFound } from '../../projection/entities/entity-problems.js';
import { EntityProjection } from '../../projection/entities/entity-projection.js';
import { tokenOf } from '../../projection/inject-projection.js';
import { queryOf, type HttpRequest, type HttpResponse } from '../kernel/exchange.js';
import { preferredWait } from '../kernel/headers.js';
import { Links } from '../kernel/links.js';
import { guardOrigin } from '../kernel/origin.guard.js';
import { OriginPolicy } from '../kernel/origin-policy.js';
import { refuseUnknownParameters, type QueryString } from '../kernel/parameters.js';
import { ProblemFilter } from '../kernel/problem.filter.js';
import { reached, readPlace, requireRecovered } from '../projections/query.js';
import { ApiEntity, ApiList } from './entities.docs.js';
import { MAX_PAGE_LENGTH, entityJson, sendBody } from './entity-answer.js';
import { answerEntityAt } from './entity-past.controller.js';
import { writeCursor } from './list-cursor.js';
import { readFields, readList, type ListRequest } from './list-request.js';

export function entitiesController(definition: EntityProjectionDefinition): Type {
  const { name } = definition;
  const parameters = definition.tag === undefined ? ['after', 'fields'] : ['after', 'at', 'fields'];

  @Controller({ path: name, version: VERSION_NEUTRAL })
  @UseFilters(ProblemFilter)
  class EntitiesController {
    constructor(
      @Inject(tokenOf(name)) private readonly projection: EntityProjection,
      private readonly links: Links,
      @Optional() private readonly policy: OriginPolicy = new OriginPolicy(),
    ) {}

    @Get()
    @ApiList(definition)
    list(@Req() request: HttpRequest, @Res() response: HttpResponse): Promise<void> | undefined {
      // As in the controller of a projection: a guard that Nest awaits costs more than the rest of a short answer.
      guardOrigin(this.policy, request, response);
      const query = queryOf(request);
      const list = readList(query, definition);
      return this.#once(list.reached, request, response, (headers) => {
        const body = listJson(this.projection, list, (cursor) =>
          this.links.runtime(pathOf(name, query, cursor)),
        );
        sendBody(this.projection, request, response, { body, ...(headers && { headers }) });
      });
    }

    @servedIf(definition.http.entity !== false, Get(':key'))
    @ApiEntity(definition)
    one(
      @Param('key') key: string,
      @Req() request: HttpRequest,
      @Res() response: HttpResponse,
    ): Promise<void> | undefined {
      guardOrigin(this.policy, request, response);
      const query = queryOf(request);
      refuseUnknownParameters(query, parameters);
      const fields = readFields(query);
      const { after, point } = readPlace(query);
      if (point !== undefined)
        return answerEntityAt(this.projection, { key, point, fields }, request, response);
      return this.#once(after, request, response, (headers) => {
        const found = this.projection.find(key);
        if (found === undefined) throw new EntityNotFound(name, key);
        const faultAt = found.fault?.position;
        const body = entityJson({ ...found, ...(faultAt !== undefined && { faultAt }) }, fields);
        const stale = faultAt === undefined ? {} : { 'leftfold-stale': String(faultAt) };
        sendBody(this.projection, request, response, { body, headers: { ...headers, ...stale } });
      });
    }

    /** Answers once the position is folded, for as long as the client prefers to wait. */
    #once(
      wanted: Position | undefined,
      request: HttpRequest,
      response: HttpResponse,
      answer: (headers?: Readonly<Record<string, string>>) => void,
    ): Promise<void> | undefined {
      const wait = preferredWait(request.headers['prefer']);
      if (wanted === undefined || wanted <= this.projection.position) {
        requireRecovered(this.projection);
        answer();
        return undefined;
      }
      return reached(this.projection, wanted, wait, response).then(() => {
        requireRecovered(this.projection);
        answer(wait > 0 ? { 'preference-applied': `wait=${wait}` } : undefined);
      });
    }
  }
  return EntitiesController;
}

function servedIf(isServed: boolean, route: MethodDecorator): MethodDecorator {
  return isServed ? route : () => undefined;
}

/** @param linkTo the link to the page after the cursor */
function listJson(
  projection: EntityProjection,
  list: ListRequest,
  linkTo: (cursor: string) => string,
): string {
  return projection.reading(() => {
    const items: string[] = [];
    let length = 0;
    let last: EntityCursor | undefined;
    let next: string | undefined;
    for (const entity of listEntities(projection, list)) {
      if (items.length === list.limit || length > MAX_PAGE_LENGTH) {
        next = last && linkTo(writeCursor(last, list.sort));
        break;
      }
      const item = entityJson(entity, list.fields);
      items.push(item);
      length += item.length;
      last = entity.cursor;
    }
    const count = list.counts ? `,"count":${countEntities(projection, list.filters)}` : '';
    const link = next === undefined ? '' : `,"next":${JSON.stringify(next)}`;
    return `{"items":[${items.join()}]${count}${link}}`;
  });
}

function pathOf(name: string, query: QueryString, cursor: string): string {
  const parameters = new URLSearchParams();
  for (const [parameter, values = []] of Object.entries(query)) {
    if (parameter === 'cursor' || parameter === 'after') continue;
    for (const value of [values].flat()) parameters.append(parameter, value);
  }
  parameters.append('cursor', cursor);
  return `/${name}?${parameters.toString()}`;
}
