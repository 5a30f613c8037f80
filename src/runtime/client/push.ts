/** Messages of an event stream that outlive its connections: it reconnects, and resumes after the last message. */
import { readEventStream, type StreamMessage, type StreamState } from './event-stream.js';
import { ProblemError } from './problem-error.js';
import { isRetried, pause, pauseBefore, retryAfterMs, type RetryOptions } from './retries.js';
import type { Transport } from './transport.js';

export interface PushOptions {
  readonly retry: RetryOptions;
  /** A stream of which nothing has arrived after so long is held back by a proxy, or not to be had. */
  readonly firstBytesMs: number;
  /** A connection without a heartbeat for so long is dead. */
  readonly silenceMs: number;
}

/** A stream that has pushed before is given up when so many connections in a row are held back, as after a proxy was put in front. */
const MAX_HELD_BACK = 3;

/**
 * Goes on until the signal is aborted, and ends where push is not to be had: the server answers with something else, or nothing arrives.
 *
 * @throws ProblemError for a refusal that a retry does not change, and `log-went-back`; CredentialsFailed; or the signal's reason
 */
export async function* pushed(
  transport: Transport,
  url: URL,
  state: StreamState,
  signal: AbortSignal,
  options: PushOptions,
): AsyncGenerator<StreamMessage> {
  let hasPushed = false;
  let heldBack = 0;
  for (let failures = 1; ; failures++) {
    const asked = {
      accept: 'text/event-stream, application/json;q=0.1',
      ...(state.lastId !== undefined && { 'last-event-id': state.lastId }),
    };
    const headers = await transport.headersOf(asked, transport.limitOf(signal), signal);
    const connection = new Connection(signal, options);
    let waitMs = 0;
    try {
      const response = await transport.open(url, { headers, signal: connection.signal });
      const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
      if (response.ok && isStream && response.body !== null) {
        for await (const message of readEventStream(response.body, state, connection.heard)) {
          if (message.event === 'message') {
            failures = 0;
            yield message;
          } else if (message.event === 'end') throwIfOver(message.data);
        }
      } else if (response.ok || response.status === 406) {
        await response.body?.cancel();
        return;
      } else {
        const problem = new ProblemError(response.status, await response.json().catch(() => undefined));
        if (!isRetried(response.status)) throw problem;
        waitMs = retryAfterMs(response.headers.get('retry-after'));
      }
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ProblemError) throw error;
      if (connection.isHeldBack && (!hasPushed || ++heldBack === MAX_HELD_BACK)) return;
    } finally {
      connection.close();
    }
    if (connection.hasHeard) {
      hasPushed = true;
      heldBack = 0;
    }
    if (failures === 0) waitMs = Math.max(waitMs, state.retryMs ?? 0);
    await pause(pauseBefore(Math.max(failures, 1), waitMs, options.retry), signal);
  }
}

/** @param data of the last message, as in `{"reason":"server-stopping"}` @throws ProblemError when coming back would leave a gap */
function throwIfOver(data: string): void {
  const { reason, detail } = JSON.parse(data) as { readonly reason?: string; readonly detail?: string };
  if (reason === 'log-went-back') throw logWentBack(detail);
  if (reason === 'unreadable')
    throw new ProblemError(500, {
      type: 'urn:leftfold:problem:unreadable',
      title: 'An event or a state cannot be read',
      status: 500,
      detail,
    });
}

/** What was read before is no longer what the log holds. */
export function logWentBack(detail = 'The log has another past than the one that was read.'): ProblemError {
  return new ProblemError(503, {
    type: 'urn:leftfold:problem:log-went-back',
    title: 'The log has another past',
    status: 503,
    detail,
  });
}

/** The time limits of one connection. */
class Connection {
  readonly #own = new AbortController();
  readonly signal: AbortSignal;
  hasHeard = false;
  isHeldBack = false;
  #timer: ReturnType<typeof setTimeout>;

  constructor(
    outer: AbortSignal,
    private readonly options: PushOptions,
  ) {
    this.signal = AbortSignal.any([outer, this.#own.signal]);
    this.#timer = setTimeout(() => {
      this.isHeldBack = true;
      this.close();
    }, options.firstBytesMs);
  }

  readonly heard = (): void => {
    this.hasHeard = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.close();
    }, this.options.silenceMs);
  };

  close(): void {
    clearTimeout(this.#timer);
    this.#own.abort();
  }
}
