/** All streams that are open to clients: begins them, keeps them alive, and ends all of them when told. */
import type { BeforeApplicationShutdown } from '@nestjs/common';
import { openStream, send, type Headers, type HttpRequest, type HttpResponse } from '../kernel/exchange.js';
import { callerOf } from '../../access/caller.js';
import { EventStreamChannel } from './event-stream-channel.js';
import { STREAM_HEADERS, retryMs } from '../kernel/event-streams.js';
import { Problem } from '../kernel/problem.js';
import { PushConnection } from './push-connection.js';
import type { EndReason, PushSource } from './push-source.js';
import { PushTopics } from './push-topics.js';

/** Interval in which heartbeats that are due are sent, and clients looked for that do not read. */
const CHECK_INTERVAL_MS = 5_000;

/** Looks at a client's credentials again. */
type Renew = () => void | Promise<void>;

export class PushStreams implements BeforeApplicationShutdown {
  /** What can be had as a stream over a WebSocket. @internal */
  readonly topics = new PushTopics();
  /** Each with what looks at its client's credentials again. */
  readonly #open = new Map<PushConnection, Renew | undefined>();
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
    const channel = new EventStreamChannel(openStream(response, all), retryMs(this.random), id);
    const connection = new PushConnection(channel, this.elapsed);
    // A refusal would keep an EventSource from ever coming back.
    if (this.#isStopping) connection.end('server-stopping');
    const { renew } = callerOf(request);
    void this.add(connection, source, renew);
  }

  /** Runs a connection. Resolves once it has ended. */
  add(connection: PushConnection, source: PushSource, renew?: () => void | Promise<void>): Promise<void> {
    this.#open.set(connection, renew);
    this.#checking ??= setInterval(() => {
      this.check();
    }, CHECK_INTERVAL_MS).unref();
    return connection.run(source).finally(() => {
      this.#open.delete(connection);
      if (this.#open.size > 0) return;
      clearInterval(this.#checking);
      this.#checking = undefined;
    });
  }

  /** Sends heartbeats that are due, and ends clients that do not read or whose credentials have ended. Done every five seconds. @internal */
  check(): void {
    for (const [connection, renew] of this.#open) {
      connection.check();
      if (renew !== undefined) void endUnlessRenewed(connection, renew);
    }
  }

  /** Tells every client why, and ends its stream. An `EventSource` comes back by itself. */
  endAll(reason: EndReason, detail?: string): void {
    for (const connection of this.#open.keys()) connection.end(reason, detail);
  }

  /** The server closes next, and waits for its answers. */
  beforeApplicationShutdown(): void {
    this.#isStopping = true;
    this.endAll('server-stopping');
  }
}

/** A key that was revoked, or a token that has expired, ends what was begun with it. */
async function endUnlessRenewed(connection: PushConnection, renew: Renew): Promise<void> {
  try {
    await renew();
  } catch (error) {
    // While it cannot be told, what was allowed goes on.
    if (error instanceof Problem && error.kind !== 'unavailable')
      connection.end('no-longer-allowed', error.detail);
  }
}
