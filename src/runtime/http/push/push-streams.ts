/** All streams that are open to clients: begins them, keeps them alive, and ends all of them when told. */
import type { BeforeApplicationShutdown } from '@nestjs/common';
import { openStream, send, type Headers, type HttpRequest, type HttpResponse } from '../kernel/exchange.js';
import { EventStreamChannel } from './event-stream-channel.js';
import { EVENT_STREAM_TYPE } from './event-stream-frames.js';
import { PushConnection } from './push-connection.js';
import type { EndReason, PushSource } from './push-source.js';

/** Interval in which heartbeats that are due are sent, and clients looked for that do not read. */
const CHECK_INTERVAL_MS = 5_000;

/** A client comes back after one to three seconds: thousands that were ended together do not all come at once. */
const MIN_RETRY_MS = 1_000;
const MAX_RETRY_MS = 3_000;

/** No proxy keeps, compresses or buffers it (the last is nginx's). */
const STREAM_HEADERS = {
  'content-type': EVENT_STREAM_TYPE,
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
};

export class PushStreams implements BeforeApplicationShutdown {
  readonly #open = new Set<PushConnection>();
  #checking: NodeJS.Timeout | undefined;
  #isStopping = false;

  constructor(
    private readonly random: () => number = Math.random,
    private readonly elapsed: () => number = () => performance.now(),
  ) {}

  /** How many are open. */
  get count(): number {
    return this.#open.size;
  }

  /**
   * Answers with an event stream. Returns once it has begun.
   *
   * @param id where a client resumes that is cut off before the first message
   */
  begin(
    request: HttpRequest,
    response: HttpResponse,
    headers: Headers,
    source: PushSource,
    id?: string,
  ): void {
    const all = { ...headers, ...STREAM_HEADERS };
    if (request.method === 'HEAD') {
      send(response, 200, all);
      return;
    }
    const retryMs = MIN_RETRY_MS + this.random() * (MAX_RETRY_MS - MIN_RETRY_MS);
    const channel = new EventStreamChannel(openStream(response, all), retryMs, id);
    const connection = new PushConnection(channel, this.elapsed);
    // A refusal would keep an EventSource from ever coming back.
    if (this.#isStopping) connection.end('server-stopping');
    this.add(connection, source);
  }

  /** Runs a connection until it ends. */
  add(connection: PushConnection, source: PushSource): void {
    this.#open.add(connection);
    this.#checking ??= setInterval(() => {
      this.check();
    }, CHECK_INTERVAL_MS).unref();
    void connection.run(source).finally(() => {
      this.#open.delete(connection);
      if (this.#open.size > 0) return;
      clearInterval(this.#checking);
      this.#checking = undefined;
    });
  }

  /** Sends heartbeats that are due, and ends clients that do not read. Done every five seconds. @internal */
  check(): void {
    for (const connection of this.#open) connection.check();
  }

  /** Tells every client why, and ends its stream. An `EventSource` comes back by itself. */
  endAll(reason: EndReason, detail?: string): void {
    for (const connection of this.#open) connection.end(reason, detail);
  }

  /** The server closes next, and waits for its answers. */
  beforeApplicationShutdown(): void {
    this.#isStopping = true;
    this.endAll('server-stopping');
  }
}
