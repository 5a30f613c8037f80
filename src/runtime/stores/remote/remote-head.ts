/** Follows the head of a remote log by asking for it and being answered when it has advanced. */
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { LogWentBack, StoreUnavailable } from '../../event-log/errors.js';
import { START, position, type Position } from '../../event-log/event.js';
import type { StoreStatus } from '../../event-log/event-store.js';
import { WaitablePosition } from '../../event-log/following/waitable-position.js';
import { ConnectionBroken, type ClientRequestOptions, type LogClient } from './log-client.js';
import { isDenied, parsedJson } from './remote-problems.js';

/** How long a request waits for the head to advance. */
const WAIT_SECONDS = 5;

/** A server that has not answered so long after the wait is away. */
const MAX_LATE_MS = 3_000;

/** Before it asks again after a failure; doubled each time. */
const MIN_RETRY_MS = 50;
const MAX_RETRY_MS = 1_000;

/** Before it asks again a server that does not take the key: it counts failed attempts, and the key may be replaced. */
const DENIED_RETRY_MS = 10_000;

const headBody = z.object({
  log: z.string().min(1),
  position: z.int().min(0).transform(position),
  status: z.object({ code: z.string(), detail: z.string() }).optional(),
});

export type HeadAnswer = z.output<typeof headBody>;

/** A commit that was read. */
interface KnownCommit {
  readonly last: Position;
  readonly hash: string;
}

export class RemoteHead {
  readonly position = new WaitablePosition();
  /** The highest head that was seen, until the log is found to have gone back. */
  #highest: Position = START;
  #known: KnownCommit | undefined;
  #trouble: StoreStatus | undefined;
  /** When an answer is late. */
  #lateAt = Infinity;
  readonly #ending = new AbortController();
  #running: Promise<void> | undefined;

  /** @param onConnection told why the server is away, and nothing once it is back */
  constructor(
    private readonly client: LogClient,
    private readonly onConnection: (lost: string | undefined) => void,
  ) {}

  /** What keeps the log from being read or appended to, as the server's last answer told, or the lack of one. */
  get trouble(): StoreStatus | undefined {
    if (this.#trouble !== undefined) return this.#trouble;
    return performance.now() > this.#lateAt ? statusOf(new StoreUnavailable()) : undefined;
  }

  begin(): void {
    this.#running ??= this.#follow();
  }

  async end(): Promise<void> {
    this.#ending.abort();
    await this.#running;
  }

  /** A commit that this process has recorded ends there. */
  appended(last: Position): void {
    if (last > this.#highest) this.#highest = last;
    if (last > this.position.position) this.position.moveTo(last);
  }

  /** A commit was read, so the log must go on holding it. */
  read(commit: KnownCommit): void {
    if (this.#known === undefined || commit.last > this.#known.last) this.#known = commit;
  }

  /** The hash of the commit that ends there, if it was the newest that was read. */
  hashAt(last: Position): string | undefined {
    return this.#known?.last === last ? this.#known.hash : undefined;
  }

  /**
   * Asks the server.
   *
   * @throws LogWentBack, once, when the log no longer holds what it has held before
   * @throws StoreUnavailable when the server is away
   */
  async ask(): Promise<Position> {
    const before = this.#highest;
    try {
      const answer = await this.#request();
      if (answer.position < before) throw new LogWentBack(before, answer.position);
      this.appended(answer.position);
      return answer.position;
    } catch (error) {
      if (error instanceof LogWentBack) {
        this.#highest = START;
        this.#known = undefined;
        this.position.goBackTo(START);
      }
      throw unavailable(error);
    }
  }

  /** Tells that a request failed: so it is until the server has answered the next one. */
  report(error: unknown): void {
    if (error instanceof StoreUnavailable) this.#trouble = statusOf(error);
  }

  async #request(after?: Position, options: ClientRequestOptions = {}): Promise<HeadAnswer> {
    const parameters = new URLSearchParams({
      ...(after !== undefined && { after: String(after) }),
      ...(this.#known !== undefined && { known: `${this.#known.last}.${this.#known.hash}` }),
    });
    const response = await this.client.answer(`/head?${parameters.toString()}`, options);
    return headIn(await this.client.text(response));
  }

  async #follow(): Promise<void> {
    let retry = MIN_RETRY_MS;
    let isAway = false;
    while (!this.#isEnding()) {
      try {
        // What was recorded since then may not be in the answer yet.
        const before = this.#highest;
        const { position: head, status } = await this.#waitFor(this.position.position);
        this.#trouble = status;
        if (isAway) this.onConnection(undefined);
        isAway = false;
        retry = MIN_RETRY_MS;
        // Where it has gone back, whoever waits is woken, and finds that out by asking for the head.
        if (head > this.position.position) this.position.moveTo(head);
        else if (head < before) this.position.goBackTo(head);
        if (head > this.#highest) this.#highest = head;
      } catch (error) {
        if (this.#isEnding()) return;
        if (error instanceof LogWentBack) this.position.goBackTo(START);
        else {
          const known = unavailable(error);
          this.#trouble = known instanceof StoreUnavailable ? statusOf(known) : troubleOf(known);
          if (!isAway) this.onConnection(reasonOf(error));
          isAway = true;
        }
        const interval = isDenied(error) ? DENIED_RETRY_MS : retry;
        await pause(interval, undefined, { signal: this.#ending.signal }).catch(() => undefined);
        retry = Math.min(2 * retry, MAX_RETRY_MS);
      }
    }
  }

  #isEnding(): boolean {
    return this.#ending.signal.aborted;
  }

  async #waitFor(after: Position): Promise<HeadAnswer> {
    const maxSilenceMs = WAIT_SECONDS * 1000 + MAX_LATE_MS;
    this.#lateAt = performance.now() + maxSilenceMs;
    try {
      return await this.#request(after, {
        headers: { prefer: `wait=${WAIT_SECONDS}` },
        signal: this.#ending.signal,
        maxSilenceMs,
      });
    } finally {
      this.#lateAt = Infinity;
    }
  }
}

/** @throws StoreUnavailable when it is not what a log server answers */
export function headIn(text: string): HeadAnswer {
  const parsed = headBody.safeParse(parsedJson(text));
  if (parsed.success) return parsed.data;
  throw new StoreUnavailable(undefined, {
    cause: new Error('the answer to GET /head is not that of a log server'),
  });
}

/** A broken connection is a server that is away; every other error says more. */
export function unavailable(error: unknown): unknown {
  return error instanceof ConnectionBroken ? new StoreUnavailable(undefined, { cause: error }) : error;
}

function statusOf(error: StoreUnavailable): StoreStatus {
  return { code: error.code, detail: error.inShort };
}

function troubleOf(error: unknown): StoreStatus {
  return { code: 'store-unavailable', detail: error instanceof Error ? error.message : String(error) };
}

/** The innermost cause, in one line. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause !== undefined) return reasonOf(error.cause);
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error.message.split('\n', 1)[0] ?? '';
}
