/** Pushes where they are to be had, and asks again and again where not; what is watched looks the same. */
import type { StreamState } from './event-stream.js';
import { liveOf, type Live } from './live.js';
import { isProblem } from './problem-error.js';
import { pushed, type PushOptions } from './push.js';
import { pause, type RetryOptions } from './retries.js';
import type { Transport } from './transport.js';
import type { ClientEvent } from './types.js';

export interface WatchSettings {
  /** False: only polling. Default: true. */
  readonly push?: boolean;
  /** How often is asked where push is not to be had. Default: 2,000. */
  readonly pollMs?: number;
  /** A stream of which nothing arrives for so long is given up for polling: a proxy may hold it back. Default: 10,000. */
  readonly firstBytesMs?: number;
  /** A stream without a heartbeat for so long is reconnected. Default: 60,000. */
  readonly silenceMs?: number;
}

export interface EventsOptions {
  /** Everything after this position; `now`: only what is recorded from now on. Default: 0. */
  readonly after?: number | 'now';
  /** Events of any of these types. */
  readonly types?: readonly string[];
  /** Events with all of these tags. */
  readonly tags?: readonly string[];
  /** False: ends at the head of the log. Default: true. */
  readonly live?: boolean;
  readonly signal?: AbortSignal;
}

interface EventPage {
  readonly events: readonly ClientEvent[];
  readonly next?: string;
}

export class Watch {
  readonly #push: PushOptions;
  readonly #pollMs: number;

  constructor(
    private readonly transport: Transport,
    private readonly settings: WatchSettings = {},
    retry: RetryOptions = {},
  ) {
    const { pollMs = 2000, firstBytesMs = 10_000, silenceMs = 60_000 } = settings;
    this.#pollMs = pollMs;
    this.#push = { retry, firstBytesMs, silenceMs };
  }

  /** The state at this URL, and each that follows. */
  states<State>(url: URL, signal?: AbortSignal): Live<State> {
    return liveOf<State>((ending) => this.#states<State>(url, ending), signal);
  }

  /** Every event once, in the order of the log, whatever happens to the connection. */
  events(options: EventsOptions): Live<ClientEvent> {
    return liveOf((ending) => this.#events(options, ending), options.signal);
  }

  async *#states<State>(url: URL, signal: AbortSignal): AsyncGenerator<State> {
    const state: StreamState = { lastId: undefined, retryMs: undefined };
    let shown: string | undefined;
    while (this.settings.push !== false) {
      try {
        const messages = pushed(this.transport, url, state, signal, this.#push);
        for (let next = await messages.next(); ; next = await messages.next()) {
          if (next.done === true) break; // not to be had
          shown = next.value.data;
          yield JSON.parse(shown) as State;
        }
        break;
      } catch (error) {
        // The log was restored from a backup and is shorter now: a state can be asked for anew.
        if (state.lastId === undefined || !isProblem(error, 'invalid-header')) throw error;
        state.lastId = undefined;
      }
    }
    for (;;) {
      const { body } = await this.#ask(url, signal);
      const text = JSON.stringify(body);
      if (text !== shown) yield body as State;
      shown = text;
      await pause(this.#pollMs, signal);
    }
  }

  async *#events(options: EventsOptions, signal: AbortSignal): AsyncGenerator<ClientEvent> {
    const { after = 0, types, tags, live = true } = options;
    const query = { type: types, tag: tags };
    const state: StreamState = { lastId: after === 'now' ? undefined : String(after), retryMs: undefined };
    if (live && this.settings.push !== false) {
      const messages = pushed(
        this.transport,
        this.transport.urlOf('/events', query),
        state,
        signal,
        this.#push,
      );
      for (let next = await messages.next(); ; next = await messages.next()) {
        if (next.done === true) break; // not to be had
        yield JSON.parse(next.value.data) as ClientEvent;
      }
    }
    yield* this.#pages(state.lastId ?? (await this.#head(signal)), query, live, signal);
  }

  /** @param lastId as of a stream: `7`, or `7.1` where the second part of the event is still to come */
  async *#pages(
    lastId: string,
    query: object,
    live: boolean,
    signal: AbortSignal,
  ): AsyncGenerator<ClientEvent> {
    const [at = 0, part] = lastId.split('.').map(Number);
    const isNew = (event: ClientEvent): boolean =>
      event.position > at || (event.part ?? 0) > (part ?? Infinity);
    let after = part === undefined ? at : at - 1;
    for (;;) {
      let url: URL | undefined = this.transport.urlOf('/events', { ...query, after });
      while (url !== undefined) {
        const { events, next } = (await this.#ask(url, signal)).body as EventPage;
        for (const event of events) {
          after = Math.max(after, event.position);
          if (isNew(event)) yield event;
        }
        url = next === undefined ? undefined : this.transport.linkOf(next);
      }
      if (!live) return;
      await pause(this.#pollMs, signal);
    }
  }

  async #head(signal: AbortSignal): Promise<string> {
    const { headers } = await this.#ask(this.transport.urlOf('/events', { limit: 1 }), signal);
    return headers.get('leftfold-position') ?? '0';
  }

  /** For as long as the server is away. */
  async #ask(url: URL, signal: AbortSignal): ReturnType<Transport['send']> {
    for (;;) {
      try {
        return await this.transport.send(url, { signal });
      } catch (error) {
        signal.throwIfAborted();
        if (isProblem(error) && error.status < 500 && error.status !== 429) throw error;
        await pause(this.#pollMs, signal);
      }
    }
  }
}
