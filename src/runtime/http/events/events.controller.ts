/** The log over HTTP: read it a page at a time, append to it under a condition. */
import { Readable } from 'node:stream';
import { Controller, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { JSON_TYPE, NDJSON_TYPE, requireMediaType } from '../kernel/bodies.js';
import { negotiate } from '../kernel/headers.js';
import { onlyKnown, type QueryString } from '../kernel/parameters.js';
import { PATHS } from '../kernel/paths.js';
import { ContractBroken, EventUnreadable } from '../../event-log/errors.js';
import { position, type Position, type Range, type RecordedEvent } from '../../event-log/event.js';
import { EventLog } from '../../event-log/event-log.js';
import { readAppendRequest, readCloudEvents } from './append-request.js';
import { CLOUD_EVENTS_TYPE, CLOUD_EVENT_TYPE, toCloudEvent } from './cloud-event.js';
import { ApiAppend, ApiEvents, ApiQueryEvents } from './events.docs.js';
import { commitOptions } from './idempotency.js';
import { MAX_LIMIT, readPageBody, readPageParameters, type Next, type PageRequest } from './page-request.js';

interface EventsRequest {
  readonly query: QueryString;
}

@Controller(PATHS.events)
export class EventsController {
  constructor(private readonly log: EventLog) {}

  @Get()
  @ApiEvents()
  async list(@Req() request: FastifyRequest & EventsRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.#answer(readPageParameters(request.query), request, reply);
  }

  /** What `GET` cannot ask for: a query of several items, or backwards. It records nothing. */
  @Post('query')
  @HttpCode(200)
  @ApiQueryEvents()
  async query(@Req() request: FastifyRequest & EventsRequest, @Res() reply: FastifyReply): Promise<void> {
    onlyKnown(request.query, []);
    requireMediaType(request, [JSON_TYPE]);
    await this.#answer(readPageBody(request.body), request, reply);
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

  /** A page, or a stream, in the media type that the client likes best. */
  async #answer(asked: PageRequest, request: FastifyRequest, reply: FastifyReply): Promise<void> {
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
    if (next !== undefined) void reply.header(...next.header);
    if (type === JSON_TYPE) void reply.send({ events, ...(next !== undefined && { next: next.value }) });
    else void reply.type(CLOUD_EVENTS_TYPE).send(JSON.stringify(events.map(toCloudEvent)));
  }

  /** The events at as many positions as were asked for, and where to go on if there are more. */
  async #page(
    asked: PageRequest,
    head: Position,
  ): Promise<{ events: readonly RecordedEvent[]; next?: Next }> {
    const events: RecordedEvent[] = [];
    // One more than asked for tells whether there is a next page.
    const range = { ...rangeOf(asked, head), limit: asked.limit + 1 };
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
    return { events: events.slice(0, past), next: asked.next(last) };
  }

  /** All of it, up to the head or the limit that was asked for: a stream needs no pages. */
  async *#lines(asked: PageRequest, head: Position): AsyncIterable<string> {
    const range = { ...rangeOf(asked, head), ...(asked.isLimited && { limit: asked.limit }) };
    for await (const page of this.log.read(asked.query, range)) {
      yield page.map((event) => `${JSON.stringify(event)}\n`).join('');
    }
  }
}

/** Up to the head where it stood when the request came, whatever is recorded while it is answered. */
function rangeOf({ after, before = Infinity, backwards }: PageRequest, head: Position): Range {
  return { after, through: position(Math.min(before - 1, head)), backwards };
}

/** Where exactly the events of a commit can be read; the first page of them when they are many. */
export function linkToCommit(first: Position, last: Position): string {
  return `/events?after=${first - 1}&limit=${Math.min(last - first + 1, MAX_LIMIT)}`;
}
