/** Pushes where they are to be had, and asks again and again where not; what is watched looks the same. */
import type { StreamState } from './event-stream.js';
import { liveOf, type Live } from './live.js';
import { isProblem } from './problem-error.js';
import { logWentBack, pushed, type PushOptions } from './push.js';
import { pause, type RetryOptions } from './retries.js';
import { CredentialsFailed, type Transport } from './transport.js';
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
  /** For how long is polled before push is tried again. Default: 300,000. */
  readonly retryPushMs?: number;
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
  readonly #pollingMs: number;

  constructor(
    private readonly transport: Transport,
    private readonly settings: WatchSettings = {},
    retry: RetryOptions = {},
  ) {
    const { push, pollMs = 2000, firstBytesMs = 10_000, silenceMs = 60_000 } = settings;
    const { retryPushMs = 300_000 } = settings;
    this.#pollMs = pollMs;
    this.#pollingMs = push === false ? Infinity : retryPushMs;
    this.#push = { retry, firstBytesMs, silenceMs };
  }

  /**
   * The state at this URL, and each that follows.
   *
   * @param missing the problem that means null for what was there before
   */
  states<State>(url: URL, signal?: AbortSignal, missing?: string): Live<State> {
    return liveOf<State>((ending) => this.#states<State>(url, ending, missing), signal);
  }

  /** Every event once, in the order of the log, whatever happens to the connection. */
  events(options: EventsOptions): Live<ClientEvent> {
    return liveOf((ending) => this.#events(options, ending), options.signal);
  }

  async *#states<State>(url: URL, signal: AbortSignal, missing?: string): AsyncGenerator<State> {
    const state: StreamState = { lastId: undefined, retryMs: undefined };
    let shown: string | undefined;
    for (;;) {
      try {
        for await (const text of this.#texts(url, state, signal)) {
          if (text === shown) continue;
          shown = text;
          yield JSON.parse(text) as State;
        }
      } catch (error) {
        const hasSeen: boolean = state.lastId !== undefined;
        state.lastId = undefined;
        if (missing !== undefined && shown !== undefined && isProblem(error, missing)) {
          if (shown !== 'null') yield null as State;
          shown = 'null';
          await pause(this.#pollMs, signal);
          continue;
        }
        // The log was restored from a backup and is shorter now: a state can be asked for anew.
        const isPast = isProblem(error, 'invalid-header') || isProblem(error, 'log-went-back');
        if (!hasSeen || !isPast) throw error;
      }
    }
  }

  /** Pushed as long as that is to be had, then polled for a time. */
  async *#texts(url: URL, state: StreamState, signal: AbortSignal): AsyncGenerator<string> {
    if (this.settings.push !== false)
      for await (const { data } of pushed(this.transport, url, state, signal, this.#push)) yield data;
    state.lastId = undefined; // what is polled has no id
    const end = performance.now() + this.#pollingMs;
    while (performance.now() < end) {
      yield JSON.stringify((await this.#ask(url, signal)).body);
      await pause(this.#pollMs, signal);
    }
  }

  async *#events(options: EventsOptions, signal: AbortSignal): AsyncGenerator<ClientEvent> {
    const { after = 0, types, tags, live = true } = options;
    const query = { type: types, tag: tags };
    const url = this.transport.urlOf('/events', query);
    const lastId = after === 'now' ? await this.#head(signal) : String(after);
    const state: StreamState = { lastId, retryMs: undefined };
    do {
      if (live && this.settings.push !== false)
        for await (const { data } of pushed(this.transport, url, state, signal, this.#push))
          yield JSON.parse(data) as ClientEvent;
      yield* this.#pages(state, query, live, signal);
    } while (live);
  }

  /**
   * Sets the state when it ends.
   *
   * @param state its `lastId` is as of a stream: `7`, or `7.1` where the second part of the event is still to come
   */
  async *#pages(
    state: StreamState,
    query: object,
    live: boolean,
    signal: AbortSignal,
  ): AsyncGenerator<ClientEvent> {
    const [at = 0, part] = (state.lastId ?? '0').split('.').map(Number);
    const isNew = (event: ClientEvent): boolean =>
      event.position > at || (event.part ?? 0) > (part ?? Infinity);
    let after = part === undefined ? at : at - 1;
    const end = performance.now() + (live ? this.#pollingMs : 0);
    do {
      let url: URL | undefined = this.transport.urlOf('/events', { ...query, after });
      while (url !== undefined) {
        const { headers, body } = await this.#ask(url, signal);
        if (Number(headers.get('leftfold-position') ?? after) < after) throw logWentBack();
        const { events, next } = body as EventPage;
        for (const event of events) {
          after = Math.max(after, event.position);
          if (isNew(event)) yield event;
        }
        url = next === undefined ? undefined : this.transport.linkOf(next);
      }
      if (live) await pause(this.#pollMs, signal);
    } while (performance.now() < end);
    if (after >= at) state.lastId = String(after);
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
        const isRefused = isProblem(error) && error.status < 500 && error.status !== 429;
        if (isRefused || error instanceof CredentialsFailed) throw error;
        await pause(this.#pollMs, signal);
      }
    }
  }
}
