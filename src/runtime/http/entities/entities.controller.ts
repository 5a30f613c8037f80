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
import { ProjectionHost } from '../../projection/projection-host.js';
import { tokenOf } from '../../projection/inject-projection.js';
import { queryOf, whileConnected, type HttpRequest, type HttpResponse } from '../kernel/exchange.js';
import { preferredWait } from '../kernel/headers.js';
import { Links } from '../kernel/links.js';
import { requireScope } from '../../access/caller.js';
import { Gate } from '../../access/gate.js';
import { RequireScope } from '../../access/required-scope.js';
import { refuseUnknownParameters, type QueryString } from '../kernel/parameters.js';
import { InvalidParameter } from '../kernel/problem.js';
import { ProblemFilter } from '../kernel/problem.filter.js';
import { NotYet, reached, readPlace, requireRecovered } from '../projections/query.js';
import { ApiEntity, ApiList } from './entities.docs.js';
import { entityJson, sendBody } from './entity-answer.js';
import { answerEntityAt } from './entity-past.controller.js';
import { Inclusion, lowest, readInclude, type Included } from './included.js';
import { writeCursor } from './list-cursor.js';
import { readFields, readList, type ListRequest } from './list-request.js';

export function entitiesController(definition: EntityProjectionDefinition): Type {
  const { name } = definition;
  const scope = `query:${name}` as const;
  const parameters = [
    'after',
    ...(definition.tag === undefined ? [] : ['at']),
    'fields',
    ...(Object.keys(definition.relations).length > 0 ? ['include'] : []),
  ];

  @Controller({ path: name, version: VERSION_NEUTRAL })
  @UseFilters(ProblemFilter)
  class EntitiesController {
    constructor(
      @Inject(tokenOf(name)) private readonly projection: EntityProjection,
      private readonly links: Links,
      private readonly host: ProjectionHost,
      @Optional() private readonly gate: Gate = new Gate(),
    ) {}

    @Get()
    @RequireScope(scope)
    @ApiList(definition)
    list(@Req() request: HttpRequest, @Res() response: HttpResponse): Promise<void> | undefined {
      // As in the controller of a projection: a guard that Nest awaits costs more than the rest of a short answer.
      return this.gate.answer(request, response, scope, () => this.#list(request, response));
    }

    #list(request: HttpRequest, response: HttpResponse): Promise<void> | undefined {
      const query = queryOf(request);
      const list = readList(query, definition);
      const inclusion = this.#including(list.include, request);
      const asked = [this.projection, ...inclusion.projections];
      return once(asked, list.reached, request, response, async (headers) => {
        const found = await whileConnected(response, async (signal) => {
          const page = await this.projection.list(list, signal);
          const keys = page.items.map(({ key }) => key);
          return { page, included: await inclusion.of(keys, signal) };
        });
        if (found === undefined) return;
        const { page, included } = found;
        const position = lowest(page.position, included);
        requireNotBehind(asked, list.reached, position);
        const body = listJson(page, list, definition, included, (cursor) =>
          this.links.runtime(pathOf(name, query, cursor)),
        );
        sendBody(this.projection, request, response, {
          body,
          position,
          headers: { ...headers, ...inclusion.headers(included, this.projection) },
        });
      });
    }

    @servedIf(definition.http.entity !== false, Get(':key'))
    @RequireScope(scope)
    @ApiEntity(definition)
    one(
      @Param('key') key: string,
      @Req() request: HttpRequest,
      @Res() response: HttpResponse,
    ): Promise<void> | undefined {
      return this.gate.answer(request, response, scope, () => this.#one(key, request, response));
    }

    #one(key: string, request: HttpRequest, response: HttpResponse): Promise<void> | undefined {
      const query = queryOf(request);
      refuseUnknownParameters(query, parameters);
      const fields = readFields(query);
      const include = readInclude(query, definition);
      const { after, point } = readPlace(query);
      if (point !== undefined && include.length > 0)
        throw new InvalidParameter('include', 'at and include do not go together; ask for each by itself.');
      if (point !== undefined)
        return answerEntityAt(this.projection, { key, point, fields }, request, response);
      const inclusion = this.#including(include, request);
      const asked = [this.projection, ...inclusion.projections];
      return once(asked, after, request, response, (headers) => {
        // What is written while the database is asked may be in the answer or not.
        const { position } = this.projection;
        const answer = (found: StoredEntity | undefined, included = NOTHING_INCLUDED): void => {
          if (found === undefined) throw new EntityNotFound(name, key);
          const faultAt = found.fault?.position;
          const [members] = included.members;
          const body = entityJson(
            { ...found, ...(faultAt !== undefined && { faultAt }), included: members },
            fields,
          );
          requireNotBehind(asked, after, lowest(position, included));
          const own = inclusion.headers(included, this.projection);
          const stale = faultAt === undefined ? {} : { 'leftfold-stale': earlier(faultAt, own) };
          sendBody(this.projection, request, response, {
            body,
            position: lowest(position, included),
            headers: { ...headers, ...own, ...stale },
          });
        };
        if (include.length > 0) {
          return whileConnected(response, async (signal) => {
            const [found, included] = [await this.projection.find(key), await inclusion.of([key], signal)];
            return { found, included };
          }).then((asked) => {
            if (asked !== undefined) answer(asked.found, asked.included);
          });
        }
        const cached = this.projection.cached(key);
        if (cached === undefined) return this.projection.find(key).then(answer);
        answer(cached);
        return undefined;
      });
    }

    /** @throws CredentialsRequired, ScopeMissing: what is included is a query of its own */
    #including(names: readonly string[], request: HttpRequest): Inclusion | typeof NO_INCLUSION {
      if (names.length === 0) return NO_INCLUSION;
      for (const each of names) requireScope(request, `query:${definition.relations[each]?.of ?? each}`);
      return new Inclusion(names, definition.relations, this.host, this.links);
    }
  }
  return EntitiesController;
}

function servedIf(isServed: boolean, route: MethodDecorator): MethodDecorator {
  return isServed ? route : () => undefined;
}

const NOTHING_INCLUDED: Included = { members: [], positions: {} };

/** Of most requests. */
const NO_INCLUSION: Pick<Inclusion, 'projections' | 'of' | 'headers'> = {
  projections: [],
  of: () => Promise.resolve(NOTHING_INCLUDED),
  headers: () => ({}),
};

/** Answers once all of them have folded the position, for as long as the client prefers to wait. */
function once(
  projections: readonly EntityProjection[],
  wanted: Position | undefined,
  request: HttpRequest,
  response: HttpResponse,
  answer: (headers?: Readonly<Record<string, string>>) => Promise<void> | undefined,
): Promise<void> | undefined {
  const wait = preferredWait(request.headers['prefer']);
  const behind = projections.filter(({ position }) => wanted !== undefined && position < wanted);
  if (wanted === undefined || behind.length === 0) {
    projections.forEach(requireRecovered);
    return answer();
  }
  return Promise.all(behind.map((each) => reached(each, wanted, wait, response))).then(() => {
    projections.forEach(requireRecovered);
    return answer(wait > 0 ? { 'preference-applied': `wait=${wait}` } : undefined);
  });
}

/** One of them may have begun to fold anew while they were asked. @throws NotYet */
function requireNotBehind(
  projections: readonly EntityProjection[],
  wanted: Position | undefined,
  answered: Position,
): void {
  projections.forEach(requireRecovered);
  if (wanted === undefined || answered >= wanted) return;
  throw new NotYet(
    `What was read had been folded up to position ${answered}, not yet up to ${wanted}.`,
    answered,
  );
}

function earlier(faultAt: Position, headers: Readonly<Record<string, string>>): string {
  const { 'leftfold-stale': stale = String(faultAt) } = headers;
  return String(Math.min(faultAt, Number(stale)));
}

/** @param linkTo the link to the page after the cursor */
function listJson(
  { items, isMore, count }: EntityPage,
  { sort, fields }: ListRequest,
  { index }: EntityProjectionDefinition,
  { members }: Included,
  linkTo: (cursor: string) => string,
): string {
  const last = items.at(-1);
  const next = isMore && last && linkTo(writeCursor(cursorAfter(last, sort, index), sort));
  const counted = count === undefined ? '' : `,"count":${count}`;
  const link = next === undefined || next === false ? '' : `,"next":${JSON.stringify(next)}`;
  const written = items.map((item, place) => entityJson({ ...item, included: members[place] }, fields));
  return `{"items":[${written.join()}]${counted}${link}}`;
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
