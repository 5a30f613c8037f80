/** Lets a few queries of a database run at a time, a bounded number wait, and each take a bounded time; until it is closed. */
import { DatabaseClosed } from './database-damage.js';
import { EntityQueriesBusy, EntityQueryTooSlow } from './entity-problems.js';

/** Beyond it a query is refused: it would be answered after its client has left. */
export const MAX_WAITING_QUERIES = 64;
/** From the moment that it is asked. */
export const QUERY_TIMEOUT_MS = 10_000;

export interface QueryLimits {
  readonly concurrent: number;
  readonly maxWaiting?: number;
  readonly timeoutMs?: number;
}

export class QueryGate {
  readonly #waiting = new Set<() => void>();
  /** Of each query that was asked, what ends it. */
  readonly #asked = new Map<AbortController, Promise<unknown>>();
  #running = 0;
  #isClosed = false;

  constructor(private readonly limits: QueryLimits) {}

  /**
   * Runs the query once it is its turn.
   *
   * @param query is to end when the signal that it is given is aborted, with that signal's reason
   * @throws EntityQueriesBusy, EntityQueryTooSlow, DatabaseClosed; the signal's reason once it is aborted
   */
  async run<Result>(signal: AbortSignal, query: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    if (this.#isClosed) throw new DatabaseClosed();
    const { timeoutMs = QUERY_TIMEOUT_MS } = this.limits;
    const end = new AbortController();
    const timer = setTimeout(() => {
      end.abort(new EntityQueryTooSlow(timeoutMs / 1000));
    }, timeoutMs);
    const onAbort = (): void => {
      end.abort(signal.reason);
    };
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    try {
      const asked = this.#inTurn(end.signal, query);
      this.#asked.set(end, asked);
      return await asked;
    } finally {
      this.#asked.delete(end);
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** Ends all queries. Resolves once they have ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const asked = [...this.#asked];
    for (const [end] of asked) end.abort(new DatabaseClosed());
    await Promise.allSettled(asked.map(([, query]) => query));
  }

  async #inTurn<Result>(
    signal: AbortSignal,
    query: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    await this.#turn(signal);
    try {
      signal.throwIfAborted();
      return await query(signal);
    } finally {
      this.#next();
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { concurrent, maxWaiting = MAX_WAITING_QUERIES } = this.limits;
    if (this.#running < concurrent) {
      this.#running += 1;
      return Promise.resolve();
    }
    if (this.#waiting.size >= maxWaiting) throw new EntityQueriesBusy();
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.delete(begin);
        reject(signal.reason as Error);
      };
      const begin = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      this.#waiting.add(begin);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  /** Hands the turn to the one that waits longest. */
  #next(): void {
    const [begin] = this.#waiting;
    if (begin === undefined) {
      this.#running -= 1;
      return;
    }
    this.#waiting.delete(begin);
    begin();
  }
}
