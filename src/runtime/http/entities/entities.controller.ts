/** What every entity projection answers: `GET /<path>` and `GET /<path>/{key}`, where the path is its name or another. */
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
import { position as asPosition, type Position } from '../../event-log/event.js';
import type { EntityProjectionDefinition } from '../../projection/entities/define-entity-projection.js';
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
import { refuseUnknownParameters } from '../kernel/parameters.js';
import { pathOf } from '../kernel/paths.js';
import { InvalidParameter } from '../kernel/problem.js';
import { ProblemFilter } from '../kernel/problem.filter.js';
import { NotYet, reached, readPlace, requireRecovered } from '../projections/query.js';
import { PastDoesNotChange } from '../projections/stream-request.js';
import { prefersEventStream } from '../push/event-stream-request.js';
import { PushStreams } from '../push/push-streams.js';
import type { ReadNow, Reading } from '../push/read-feed.js';
import { ApiEntity, ApiList } from './entities.docs.js';
import { entityJson, sendBody } from './entity-answer.js';
import { EntityStreams } from './entity-streams.js';
import { entityTopics, type AskedReading, type EntityReadings } from './entity-topics.js';
import { answerEntityAt } from './entity-past.controller.js';
import { Inclusion, lowest, readInclude, type Included } from './included.js';
import { listJson, nextPage } from './list-page.js';
import { readFields, readList, type ListRequest } from './list-request.js';
import { viewMembers } from './view-members.js';

export function entitiesController(definition: EntityProjectionDefinition): Type {
  const { name } = definition;
  const scope = `query:${name}` as const;
  const path = pathOf(definition);
  const viewed = viewMembers(definition);
  const parameters = [
    'after',
    ...(definition.tag === undefined ? [] : ['at']),
    'fields',
    ...(Object.keys(definition.relations).length > 0 ? ['include'] : []),
  ];

  @Controller({ path, version: VERSION_NEUTRAL })
  @UseFilters(ProblemFilter)
  class EntitiesController {
    readonly #streams: EntityStreams;

    constructor(
      @Inject(tokenOf(name)) private readonly projection: EntityProjection,
      private readonly links: Links,
      private readonly host: ProjectionHost,
      streams: PushStreams,
      @Optional() private readonly gate: Gate = new Gate(),
    ) {
      this.#streams = new EntityStreams(projection, streams);
      const readings: EntityReadings = {
        list: (request) => this.#listing(request),
        one: (key, request) => this.#readingAsked(key, request),
      };
      for (const topic of entityTopics(definition, this.#streams, readings)) streams.topics.offer(topic);
    }

    @Get()
    @RequireScope(scope)
    @ApiList(definition)
    list(@Req() request: HttpRequest, @Res() response: HttpResponse): Promise<void> | undefined {
      // As in the controller of a projection: a guard that Nest awaits costs more than the rest of a short answer.
      return this.gate.answer(request, response, scope, () => this.#list(request, response));
    }

    #listing(request: HttpRequest): Listing {
      const query = queryOf(request);
      const list = readList(query, definition, viewed);
      const inclusion = this.#including(list.include, request);
      const asked = [this.projection, ...inclusion.projections];
      const read = async (signal: AbortSignal): Promise<Reading & { readonly included: Included }> => {
        const page = await this.projection.list(list, signal);
        const keys = page.items.map(({ key }) => key);
        const included = await inclusion.of(keys, signal);
        const position = lowest(page.position, included);
        const body = listJson(page, list, definition, included, (cursor) =>
          this.links.runtime(nextPage(path, query, cursor)),
        );
        return { body, position, since: position, included };
      };
      return { list, inclusion, asked, read };
    }

    #list(request: HttpRequest, response: HttpResponse): Promise<void> | undefined {
      const isStream = prefersEventStream(request.headers.accept);
      const { list, inclusion, asked, read } = this.#listing(request);
      if (isStream) return this.#streams.begin(request, response, list.reached, read);
      return once(asked, list.reached, request, response, async (headers) => {
        const found = await whileConnected(response, read);
        if (found === undefined) return;
        const { body, position, included } = found;
        requireNotBehind(asked, list.reached, position);
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
      const isStream = prefersEventStream(request.headers.accept);
      const query = queryOf(request);
      refuseUnknownParameters(query, parameters);
      const fields = readFields(query, definition, viewed);
      const include = readInclude(query, definition);
      const { after, point } = readPlace(query);
      if (point !== undefined && include.length > 0)
        throw new InvalidParameter('include', 'at and include do not go together; ask for each by itself.');
      if (point !== undefined && !isStream)
        return answerEntityAt(this.projection, { key, point, fields }, request, response);
      const inclusion = this.#including(include, request);
      if (isStream) {
        if (point !== undefined) throw new PastDoesNotChange();
        const read = this.#readingOne(key, fields, inclusion);
        return this.#streams.begin(request, response, after, read);
      }
      const asked = [this.projection, ...inclusion.projections];
      return once(asked, after, request, response, (headers) => {
        // What is written while the database is asked may be in the answer or not.
        const { position } = this.projection;
        const answer = (found: StoredEntity | undefined, included = NOTHING_INCLUDED): void => {
          if (found === undefined) throw new EntityNotFound(name, key, path);
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

    /** As of now, whatever is asked. @throws PastDoesNotChange */
    #readingAsked(key: string, request: HttpRequest): AskedReading {
      const query = queryOf(request);
      refuseUnknownParameters(query, parameters);
      const { after, point } = readPlace(query);
      if (point !== undefined) throw new PastDoesNotChange();
      const inclusion = this.#including(readInclude(query, definition), request);
      return { after, read: this.#readingOne(key, readFields(query, definition, viewed), inclusion) };
    }

    #readingOne(key: string, fields: readonly string[] | undefined, inclusion: Includes): ReadNow {
      return async (signal) => {
        // What is written while the database is asked may be in what is read or not.
        const { position: folded } = this.projection;
        const found = this.projection.cached(key) ?? (await this.projection.find(key));
        if (found === undefined) throw new EntityNotFound(name, key);
        const included = await inclusion.of([key], signal);
        const [members] = included.members;
        const faultAt = found.fault?.position;
        const entity = { ...found, ...(faultAt !== undefined && { faultAt }), included: members };
        const position = lowest(folded, included);
        const since = members === undefined && found.position <= position ? found.position : position;
        return { body: entityJson(entity, fields), position, since: asPosition(since) };
      };
    }

    /** @throws CredentialsRequired, ScopeMissing: what is included is a query of its own */
    #including(names: readonly string[], request: HttpRequest): Includes {
      if (names.length === 0) return NO_INCLUSION;
      for (const each of names) requireScope(request, `query:${definition.relations[each]?.of.name ?? each}`);
      return new Inclusion(names, definition.relations, this.host, this.links);
    }
  }
  return EntitiesController;
}

function servedIf(isServed: boolean, route: MethodDecorator): MethodDecorator {
  return isServed ? route : () => undefined;
}

const NOTHING_INCLUDED: Included = { members: [], positions: {} };

interface Listing {
  readonly list: ListRequest;
  readonly inclusion: Includes;
  readonly asked: readonly EntityProjection[];
  readonly read: (signal: AbortSignal) => Promise<Reading & { readonly included: Included }>;
}

type Includes = Pick<Inclusion, 'projections' | 'of' | 'headers'>;

/** Of most requests. */
const NO_INCLUSION: Includes = {
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
