/** The log over HTTP: read it a page at a time, append to it under a condition. */
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
import { JSON_TYPE, NDJSON_TYPE, readBody } from '../kernel/bodies.js';
import {
  JSON_UTF_8,
  queryOf,
  send,
  sendChunks,
  sendJson,
  isGone,
  sendPage,
  varyBy,
  whileConnected,
  type HttpRequest,
  type HttpResponse,
} from '../kernel/exchange.js';
import { negotiate } from '../kernel/headers.js';
import { Links } from '../kernel/links.js';
import { refuseUnknownParameters } from '../kernel/parameters.js';
import { InvalidParameter } from '../kernel/problem.js';
import { MethodNotAllowed, setAllow } from '../kernel/method-not-allowed.js';
import { PATHS } from '../kernel/paths.js';
import { AccessGuard } from '../../access/gate.js';
import { RequireScope } from '../../access/required-scope.js';
import { requireScope } from '../../access/caller.js';
import { ProblemFilter } from '../kernel/problem.filter.js';
import { collectPage } from '../kernel/thread-turns.js';
import { requireOpenTypes } from '../../event-log/contracts/open-types.js';
import { ContractBroken, TypeNotOpen } from '../../event-log/errors.js';
import {
  position,
  type Commit,
  type NewEvent,
  type Position,
  type Range,
  type RecordedEvent,
} from '../../event-log/event.js';
import { EventLog, type AppendOptions } from '../../event-log/event-log.js';
import { wantsEventStream } from '../kernel/event-streams.js';
import { idOf, readLastEventId, requireInLog } from '../push/event-stream-request.js';
import { commitAt } from '../../event-log/position-at-time.js';
import { eventsSource } from '../push/events-source.js';
import { LiveEvents } from '../push/live-events.js';
import { PushStreams } from '../push/push-streams.js';
import type { OpenedStream } from '../push/push-topics.js';
import { readAppendRequest, readCloudEvents } from './append-request.js';
import { CLOUD_EVENTS_TYPE, CLOUD_EVENT_TYPE, toCloudEvent } from './cloud-event.js';
import { ApiAppend, ApiEvent, ApiEvents, ApiQueryEvents, ApiRecordedEvent } from './events.docs.js';
import { positionsOf, soughtBy, soughtLive } from './event-filter.js';
import { commitOptions } from './idempotency.js';
import { NoSuchEvent, readPosition } from './no-such-event.js';
import { linkToCommit, readPageBody, readPageParameters, type PageRequest } from './page-request.js';
import { readLines, type Lines } from './read-lines.js';
import { readPage } from './read-page.js';
import { storedAt } from './stored-event.js';

/** What a page can be had as. */
const PAGE_TYPES = [JSON_TYPE, NDJSON_TYPE, CLOUD_EVENTS_TYPE, CLOUD_EVENT_TYPE] as const;

@Controller({ path: PATHS.events, version: VERSION_NEUTRAL })
@UseFilters(ProblemFilter)
@UseGuards(AccessGuard)
@RequireScope('events:read')
export class EventsController {
  constructor(
    private readonly log: EventLog,
    private readonly links: Links,
    private readonly streams: PushStreams,
    private readonly live: LiveEvents,
  ) {
    streams.topics.offer({
      path: PATHS.events,
      scope: 'events:read',
      open: async (request) => this.#open(readPageParameters(queryOf(request), ''), request),
    });
  }

  @Get()
  @ApiEvents()
  async list(@Req() request: HttpRequest, @Res() response: HttpResponse): Promise<void> {
    const page = readPageParameters(queryOf(request), this.links.runtime('/events'));
    if (wantsEventStream(request.headers.accept, PAGE_TYPES)) await this.#stream(page, request, response);
    else await this.#answer(page, request, response);
  }

  /** Everything after what the client has, or from now on; then everything new, for ever. */
  async #stream(page: PageRequest, request: HttpRequest, response: HttpResponse): Promise<void> {
    const { id, source, head } = await this.#open(page, request);
    const headers = { 'leftfold-position': String(head), vary: varyBy(response, 'Accept') };
    this.streams.begin(request, response, headers, source, id);
  }

  async #open(page: PageRequest, request: HttpRequest): Promise<OpenedStream & { readonly head: Position }> {
    if (page.isLimited) throw new InvalidParameter('limit', 'A stream has no end, and so no limit.');
    if (page.where.until !== undefined)
      throw new InvalidParameter('until', 'A stream has no end, and so no until.');
    const head = await this.log.head();
    const seen = readLastEventId(request.headers);
    if (seen !== undefined) requireInLog(seen.position, head);
    else if (page.hasAfter && page.after > head)
      throw new InvalidParameter(
        'after',
        `A stream cannot begin after what is not there yet; the head of the log is at ${head}.`,
      );
    const last = seen ?? { position: await this.#beginOf(page, head) };
    const streamed = { query: page.query, isSought: soughtLive(page.where) };
    return { id: idOf(last), source: eventsSource(this.log, this.live, streamed, last), head };
  }

  /** After what a stream begins that resumes none: what the client names, or now. */
  async #beginOf({ where, after, hasAfter }: PageRequest, head: Position): Promise<Position> {
    if (where.since === undefined) return hasAfter ? after : head;
    const { after: atTime } = await positionsOf(this.log, { since: where.since });
    return position(Math.max(atTime, after));
  }

  /** The event at a position. Where upcasters have made several of it, the first. */
  @Get(':position')
  @ApiEvent()
  async one(
    @Param('position') where: string,
    @Req() request: HttpRequest,
    @Res() response: HttpResponse,
  ): Promise<void> {
    // Express hands `GET /events/query` to this route, since it is registered before the refusal of other methods.
    if (where === 'query') {
      setAllow(response, 'POST');
      throw new MethodNotAllowed(request.method, 'POST');
    }
    refuseUnknownParameters(queryOf(request), []);
    const type = negotiate(request.headers.accept, [JSON_TYPE, CLOUD_EVENT_TYPE]);
    const event = await this.#eventAt(where);
    const headers = {
      'leftfold-position': String(await this.log.head()),
      'cache-control': 'no-cache',
      vary: varyBy(response, 'Accept'),
    };
    if (type === JSON_TYPE) sendJson(response, 200, headers, event);
    else send(response, 200, { ...headers, 'content-type': type }, JSON.stringify(toCloudEvent(event)));
  }

  /** @throws NoSuchEvent */
  async #eventAt(where: string): Promise<RecordedEvent> {
    const event = await this.log.at(readPosition(where));
    if (event === undefined) throw new NoSuchEvent(where);
    return event;
  }

  /** The event at a position as it is stored, before any upcaster, also where upcasters make nothing of it. */
  @Get(':position/recorded')
  @ApiRecordedEvent()
  async recorded(
    @Param('position') where: string,
    @Req() request: HttpRequest,
    @Res() response: HttpResponse,
  ): Promise<void> {
    refuseUnknownParameters(queryOf(request), []);
    negotiate(request.headers.accept, [JSON_TYPE]);
    const at = readPosition(where);
    const event = storedAt(at, await commitAt(this.log, at));
    if (event === undefined) throw new NoSuchEvent(where);
    const head = await this.log.head();
    sendJson(response, 200, { 'leftfold-position': String(head), 'cache-control': 'no-cache' }, event);
  }

  /** What `GET` cannot ask for: a query of several items, or backwards. It records nothing. */
  @Post('query')
  @HttpCode(200)
  @ApiQueryEvents()
  async query(@Req() request: HttpRequest, @Res() response: HttpResponse): Promise<void> {
    refuseUnknownParameters(queryOf(request), []);
    await this.#answer(readPageBody(await readBody(request, [JSON_TYPE])), request, response);
  }

  @Post()
  @RequireScope('events:append')
  @ApiAppend()
  async append(@Req() request: HttpRequest, @Res() response: HttpResponse): Promise<void> {
    refuseUnknownParameters(queryOf(request), []);
    const body = await readBody(request, [JSON_TYPE, CLOUD_EVENT_TYPE, CLOUD_EVENTS_TYPE]);
    const isCloudEvent = /^\s*application\/cloudevents/i.test(request.headers['content-type'] ?? '');
    const { events, condition } = (isCloudEvent ? readCloudEvents : readAppendRequest)(body);
    for (const { type } of events) requireScope(request, `events:append:${type}`);
    const options = {
      ...commitOptions(request, { append: events, condition }),
      ...(condition !== undefined && { condition }),
    };
    const commit = await this.#appendOpen(events, options).catch((error: unknown) => {
      const isAboutEvents = error instanceof ContractBroken || error instanceof TypeNotOpen;
      throw isCloudEvent && isAboutEvents ? error.inCloudEvents(body) : error;
    });
    const headers = {
      location: linkToCommit(this.links, commit.first, commit.last),
      'leftfold-position': String(commit.last),
    };
    sendJson(response, 201, headers, { first: commit.first, last: commit.last, commit: commit.id });
  }

  async #appendOpen(events: readonly NewEvent[], options: AppendOptions): Promise<Commit> {
    requireOpenTypes(events, this.log.contracts);
    return this.log.append(events, options);
  }

  /** A page, or a stream, in the media type that the client likes best. */
  async #answer(pageRequest: PageRequest, request: HttpRequest, response: HttpResponse): Promise<void> {
    const type = negotiate(request.headers.accept, PAGE_TYPES);
    const head = await this.log.head();
    const headers = {
      'leftfold-position': String(head),
      'cache-control': 'no-cache',
      vary: varyBy(response, 'Accept'),
    };
    const range = await this.#rangeOf(pageRequest, head);
    if (type === NDJSON_TYPE) {
      const ndjson = { ...headers, 'content-type': NDJSON_TYPE };
      await sendChunks(response, ndjson, this.#lines(pageRequest, range, response));
      return;
    }
    const { query, where, limit } = pageRequest;
    const read = await whileConnected(response, (signal) =>
      collectPage(() => readPage(this.log, query, range, { limit, isSought: soughtBy(where), signal })),
    );
    if (read === undefined) return;
    const { events, last, searched } = read;
    const next = last === undefined ? undefined : pageRequest.next(last);
    const page = { ...headers, ...(next !== undefined && Object.fromEntries([next.header])) };
    if (type === JSON_TYPE) {
      const body = JSON.stringify({
        events,
        ...(next !== undefined && { next: next.value }),
        ...(searched !== undefined && { searched: { events: searched } }),
      });
      sendPage(response, { 'content-type': JSON_UTF_8, ...page }, body);
    } else {
      const cloudEvents = JSON.stringify(events.map(toCloudEvent));
      sendPage(response, { ...page, 'content-type': CLOUD_EVENTS_TYPE }, cloudEvents);
    }
  }

  /**
   * All of it, up to the head or the limit that was asked for: a stream needs no pages. Each chunk is a read of its own, so that
   * a stream that waits for its client holds text, which is counted, and no decoded events: a hundred streams held 450 MiB of them.
   */
  async *#lines(
    { query, where, isLimited, limit }: PageRequest,
    bounds: Range,
    response: HttpResponse,
  ): AsyncGenerator<string> {
    const isSought = soughtBy(where);
    let range: Range | undefined = { ...bounds, ...(isLimited && { limit }) };
    while (range !== undefined && !isGone(response)) {
      const lines: Lines = await readLines(this.log, query, range, isSought);
      yield lines.text;
      range = lines.rest;
    }
  }

  /** Up to the head where it stood when the request came, whatever is recorded while it is answered. */
  async #rangeOf(
    { where, after, before = Infinity, backwards }: PageRequest,
    head: Position,
  ): Promise<Range> {
    const ofTimes = await positionsOf(this.log, where);
    return {
      after: position(Math.max(after, ofTimes.after)),
      through: position(Math.min(before - 1, head, ofTimes.through ?? Infinity)),
      backwards,
    };
  }
}
