/** Event streams of entities and of lists: clients that ask for the same share what is read. */
import {
  queryOf,
  rawResponse,
  whileConnected,
  type HttpRequest,
  type HttpResponse,
} from '../kernel/exchange.js';
import type { Position } from '../../event-log/event.js';
import type { EventLog } from '../../event-log/event-log.js';
import { EntityNotFound } from '../../projection/entities/entity-problems.js';
import { seenState, streamHeaders } from '../projections/stream-request.js';
import type { QueriedProjection } from '../projections/query.js';
import { readLastPosition } from '../push/event-stream-request.js';
import type { PushSource } from '../push/push-source.js';
import type { PushStreams } from '../push/push-streams.js';
import type { OpenedStream } from '../push/push-topics.js';
import { ReadFeed, type ReadNow, type Reading } from '../push/read-feed.js';
import { SharedReadings } from '../push/shared-readings.js';
import { statesSource } from '../push/states-source.js';

export interface StreamedProjection extends QueriedProjection {
  readonly log: Pick<EventLog, 'head' | 'knownHead'>;
}

export class EntityStreams {
  /** By path and query string. */
  readonly #feeds = new Map<string, ReadFeed>();
  /** For those that come together, as after a restart. */
  readonly #firsts = new SharedReadings();

  constructor(
    private readonly projection: StreamedProjection,
    private readonly streams: PushStreams,
  ) {}

  /**
   * @param after nothing is sent before what is read has everything up to this position
   * @throws InvalidHeader, and what `read` throws
   */
  async begin(
    request: HttpRequest,
    response: HttpResponse,
    after: Position | undefined,
    read: ReadNow,
  ): Promise<void> {
    const { source } = await this.open(request, after, read, (work) => whileConnected(response, work));
    if (rawResponse(response).destroyed) return;
    this.streams.begin(request, response, streamHeaders(this.projection, response), source);
  }

  /**
   * @param whileThere does the first reading, for as long as the client is there
   * @throws as `begin`
   */
  async open(
    request: HttpRequest,
    after: Position | undefined,
    read: ReadNow,
    whileThere: (work: ReadNow) => Promise<Reading | undefined>,
  ): Promise<OpenedStream> {
    const { projection } = this;
    const seen = await seenState(readLastPosition(request.headers), after, projection, projection.log);
    const key = keyOf(request);
    const isThere = projection.status !== 'recovering' && projection.isAnswering !== false;
    // What cannot be answered at all is refused before the stream begins.
    const { position } = projection;
    const wanted = Math.max(seen.after ?? 0, seen.last ?? 0);
    const readFirst: ReadNow = (signal) => this.#firsts.read(key, read, position, wanted, signal);
    const first = isThere && !this.#feeds.has(key) ? await whileThere(readFirst) : undefined;
    const source: PushSource = (signal) => {
      const feed = this.#feeds.get(key) ?? this.#feedOf(key, read, first);
      return statesSource(feed, seen)(signal);
    };
    return { source };
  }

  #feedOf(key: string, read: ReadNow, first: Reading | undefined): ReadFeed {
    const feed = new ReadFeed(this.projection, orGone(read, this.projection), first, () => {
      this.#feeds.delete(key);
    });
    this.#feeds.set(key, feed);
    return feed;
  }
}

/** An entity may go while it is looked at, and come back. */
function orGone(read: ReadNow, projection: QueriedProjection): ReadNow {
  return async (signal) => {
    const { position } = projection;
    try {
      return await read(signal);
    } catch (error) {
      if (!(error instanceof EntityNotFound)) throw error;
      return { body: 'null', position, since: position };
    }
  };
}

/** `after` is each client's own. */
function keyOf(request: HttpRequest): string {
  const [path = ''] = request.originalUrl.split('?', 1);
  return JSON.stringify([path, Object.entries(queryOf(request)).filter(([name]) => name !== 'after')]);
}
