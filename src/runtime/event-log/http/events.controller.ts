/** The log over HTTP: read it a page at a time, append to it under a condition. */
import { Readable } from 'node:stream';
import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { JSON_TYPE, NDJSON_TYPE, requireMediaType } from '../../http/bodies.js';
import { negotiate } from '../../http/headers.js';
import { onlyKnown, single, wholeNumber, type QueryString } from '../../http/parameters.js';
import { InvalidParameter } from '../../http/problem.js';
import { ContractBroken, EventUnreadable } from '../errors.js';
import { EVERYTHING, START, position, tag, type Position, type Query, type RecordedEvent } from '../event.js';
import { EventLog } from '../event-log.js';
import { readAppendRequest, readCloudEvents } from './append-request.js';
import { CLOUD_EVENTS_TYPE, CLOUD_EVENT_TYPE, toCloudEvent } from './cloud-event.js';
import { ApiAppend, ApiEvents } from './events.docs.js';
import { commitOptions } from './idempotency.js';

const DEFAULT_LIMIT = 100;
const LARGEST_LIMIT = 1000;

interface EventsRequest {
  readonly query: QueryString;
}

@Controller('events')
export class EventsController {
  constructor(private readonly log: EventLog) {}

  @Get()
  @ApiEvents()
  async list(@Req() request: FastifyRequest & EventsRequest, @Res() reply: FastifyReply): Promise<void> {
    const asked = readPageRequest(request.query);
    const type = negotiate(request.headers.accept, [
      JSON_TYPE,
      NDJSON_TYPE,
      CLOUD_EVENTS_TYPE,
      CLOUD_EVENT_TYPE,
    ]);
    const head = await this.log.head();
    void reply
      .header('leftfold-position', String(head))
      .header('cache-control', 'no-cache')
      .header('vary', 'Accept');
    if (type === NDJSON_TYPE) {
      void reply.type(NDJSON_TYPE).send(Readable.from(this.#lines(asked, head)));
      return;
    }
    const { events, next } = await this.#page(asked, head);
    if (next !== undefined) void reply.header('link', `<${next}>; rel="next"`);
    if (type === JSON_TYPE) void reply.send({ events, ...(next !== undefined && { next }) });
    else void reply.type(CLOUD_EVENTS_TYPE).send(JSON.stringify(events.map(toCloudEvent)));
  }

  @Post()
  @ApiAppend()
  async append(@Req() request: FastifyRequest & EventsRequest, @Res() reply: FastifyReply): Promise<void> {
    onlyKnown(request.query, []);
    requireMediaType(request, [JSON_TYPE, CLOUD_EVENT_TYPE, CLOUD_EVENTS_TYPE]);
    const isCloudEvent = request.headers['content-type']?.startsWith('application/cloudevents') === true;
    const { events, condition } = (isCloudEvent ? readCloudEvents : readAppendRequest)(request.body);
    const options = {
      ...commitOptions(request.headers, { append: events, condition }),
      ...(condition !== undefined && { condition }),
    };
    const commit = await this.log.append(events, options).catch((error: unknown) => {
      throw isCloudEvent && error instanceof ContractBroken ? error.inCloudEvents(request.body) : error;
    });
    void reply
      .status(201)
      .header('location', linkToCommit(commit.first, commit.last))
      .header('leftfold-position', String(commit.last))
      .send({ first: commit.first, last: commit.last, commit: commit.id });
  }

  /** The events at as many positions as were asked for, and where to go on if there are more. */
  async #page(
    asked: PageRequest,
    head: Position,
  ): Promise<{ events: readonly RecordedEvent[]; next?: string }> {
    const events: RecordedEvent[] = [];
    // One more than asked for tells whether there is a next page.
    const range = { after: asked.after, through: head, limit: asked.limit + 1 };
    let isCutShort = false;
    try {
      for await (const page of this.log.read(asked.query, range)) events.push(...page);
    } catch (error) {
      // What comes before an event that cannot be read is still a page; the next one is refused.
      if (!(error instanceof EventUnreadable) || events.length === 0) throw error;
      isCutShort = true;
    }
    const positions = [...new Set(events.map((event) => event.position))];
    const last = positions.slice(0, asked.limit).at(-1);
    if (last === undefined || (positions.length <= asked.limit && !isCutShort)) return { events };
    const past = events.findLastIndex((event) => event.position === last) + 1;
    return { events: events.slice(0, past), next: linkAfter(last, asked) };
  }

  /** All of it, up to the head or the limit that was asked for: a stream needs no pages. */
  async *#lines(asked: PageRequest, head: Position): AsyncIterable<string> {
    const range = { after: asked.after, through: head, ...(asked.limited && { limit: asked.limit }) };
    for await (const page of this.log.read(asked.query, range)) {
      yield page.map((event) => `${JSON.stringify(event)}\n`).join('');
    }
  }
}

interface PageRequest {
  readonly query: Query;
  readonly after: Position;
  readonly limit: number;
  /** Whether the limit is the client's. */
  readonly limited: boolean;
  readonly filters: readonly (readonly [name: 'type' | 'tag', value: string])[];
}

function readPageRequest(parameters: QueryString): PageRequest {
  onlyKnown(parameters, ['after', 'limit', 'type', 'tag']);
  const limit = wholeNumber(parameters, 'limit', { min: 1, max: LARGEST_LIMIT });
  const filters = (['type', 'tag'] as const).flatMap((name) => {
    const value = single(parameters, name);
    if (value !== undefined && (value.length === 0 || value.length > 255)) {
      throw new InvalidParameter(name, `${name} has 1 to 255 characters, not ${value.length}.`);
    }
    return value === undefined ? [] : [[name, value] as const];
  });
  const given = new Map(filters);
  const item = {
    ...(given.has('type') && { types: [given.get('type') ?? ''] }),
    ...(given.has('tag') && { tags: [tag(given.get('tag') ?? '')] }),
  };
  return {
    query: filters.length === 0 ? EVERYTHING : [item],
    after: position(wholeNumber(parameters, 'after') ?? START),
    limit: limit ?? DEFAULT_LIMIT,
    limited: limit !== undefined,
    filters,
  };
}

function linkAfter(after: Position, { limit, filters }: PageRequest): string {
  const filter = filters.map(([name, value]) => `&${name}=${encodeURIComponent(value)}`).join('');
  return `/events?after=${after}&limit=${limit}${filter}`;
}

/** Where exactly the events of a commit can be read; the first page of them when they are many. */
export function linkToCommit(first: Position, last: Position): string {
  return `/events?after=${first - 1}&limit=${Math.min(last - first + 1, LARGEST_LIMIT)}`;
}
