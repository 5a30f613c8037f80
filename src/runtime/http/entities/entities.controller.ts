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
import { cursorAfter, type EntityPage } from '../../projection/entities/entity-query.js';
import { EntityNotFound } from '../../projection/entities/entity-problems.js';
import type { StoredEntity } from '../../projection/entities/entity.js';
import { EntityProjection } from '../../projection/entities/entity-projection.js';
import { tokenOf } from '../../projection/inject-projection.js';
import { queryOf, whileConnected, type HttpRequest, type HttpResponse } from '../kernel/exchange.js';
import { preferredWait } from '../kernel/headers.js';
import { Links } from '../kernel/links.js';
import { guardOrigin } from '../kernel/origin.guard.js';
import { OriginPolicy } from '../kernel/origin-policy.js';
import { refuseUnknownParameters, type QueryString } from '../kernel/parameters.js';
import { ProblemFilter } from '../kernel/problem.filter.js';
import { reached, readPlace, requireRecovered } from '../projections/query.js';
import { ApiEntity, ApiList } from './entities.docs.js';
import { entityJson, sendBody } from './entity-answer.js';
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
      return this.#once(list.reached, request, response, async (headers) => {
        const page = await whileConnected(response, (signal) => this.projection.list(list, signal));
        if (page === undefined) return;
        const body = listJson(page, list, definition, (cursor) =>
          this.links.runtime(pathOf(name, query, cursor)),
        );
        const { position } = page;
        sendBody(this.projection, request, response, { body, position, ...(headers && { headers }) });
      });
    }

    @Get(':key')
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
        // What is written while the database is asked may be in the answer or not.
        const { position } = this.projection;
        const answer = (found: StoredEntity | undefined): void => {
          if (found === undefined) throw new EntityNotFound(name, key);
          const faultAt = found.fault?.position;
          const body = entityJson({ ...found, ...(faultAt !== undefined && { faultAt }) }, fields);
          const stale = faultAt === undefined ? {} : { 'leftfold-stale': String(faultAt) };
          sendBody(this.projection, request, response, {
            body,
            position,
            headers: { ...headers, ...stale },
          });
        };
        const cached = this.projection.cached(key);
        if (cached === undefined) return this.projection.find(key).then(answer);
        answer(cached);
        return undefined;
      });
    }

    /** Answers once the position is folded, for as long as the client prefers to wait. */
    #once(
      wanted: Position | undefined,
      request: HttpRequest,
      response: HttpResponse,
      answer: (headers?: Readonly<Record<string, string>>) => Promise<void> | undefined,
    ): Promise<void> | undefined {
      const wait = preferredWait(request.headers['prefer']);
      if (wanted === undefined || wanted <= this.projection.position) {
        requireRecovered(this.projection);
        return answer();
      }
      return reached(this.projection, wanted, wait, response).then(() => {
        requireRecovered(this.projection);
        return answer(wait > 0 ? { 'preference-applied': `wait=${wait}` } : undefined);
      });
    }
  }
  return EntitiesController;
}

/** @param linkTo the link to the page after the cursor */
function listJson(
  { items, isMore, count }: EntityPage,
  { sort, fields }: ListRequest,
  { index }: EntityProjectionDefinition,
  linkTo: (cursor: string) => string,
): string {
  const last = items.at(-1);
  const next = isMore && last && linkTo(writeCursor(cursorAfter(last, sort, index), sort));
  const counted = count === undefined ? '' : `,"count":${count}`;
  const link = next === undefined || next === false ? '' : `,"next":${JSON.stringify(next)}`;
  return `{"items":[${items.map((item) => entityJson(item, fields)).join()}]${counted}${link}}`;
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
