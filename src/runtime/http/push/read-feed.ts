/** What is read from a database whenever a projection has folded further: once for all clients that ask for the same. */
import { setTimeout as pause } from 'node:timers/promises';
import { START, position as positionOf, type Position } from '../../event-log/event.js';
import { Problem } from '../kernel/problem.js';
import type { QueriedProjection } from '../projections/query.js';
import type { PushedState, StateFeed } from './states-source.js';
import { Watchers, type Watcher } from './watchers.js';

/** It is not read more often, however fast events come. */
const MIN_INTERVAL_MS = 100;

/** How often the position is looked at although it has not advanced: the projection may have begun anew. */
const LOOK_INTERVAL_MS = 1_000;

export interface Reading {
  /** JSON. */
  readonly body: string;
  /** Everything up to it is in what was read. */
  readonly position: Position;
  /** What was read has not changed after it. */
  readonly since: Position;
}

/** @throws Problem with `retryAfter` when it cannot be read now */
export type ReadNow = (signal: AbortSignal) => Promise<Reading>;

export class ReadFeed implements StateFeed {
  readonly #over = new AbortController();
  readonly #watchers = new Watchers(() => {
    this.#over.abort();
    this.onEmpty();
  });
  #position: Position | undefined;
  #present: PushedState | undefined;
  #failure: { readonly error: unknown } | undefined;

  /**
   * @param first what was read just now, if it could be
   * @param onEmpty called when there are no watchers any more; the feed is of no use then
   */
  constructor(
    private readonly projection: QueriedProjection,
    private readonly read: ReadNow,
    first: Reading | undefined,
    private readonly onEmpty: () => void,
  ) {
    if (first !== undefined) this.#take(first);
    void this.#run(this.#over.signal);
  }

  get position(): Position {
    return this.#position ?? START;
  }

  /** @throws what it could not be read for, for good */
  present(): PushedState | undefined {
    if (this.#failure !== undefined) throw this.#failure.error;
    return this.#present;
  }

  watch(signal: AbortSignal): Watcher {
    return this.#watchers.watch(signal);
  }

  async #run(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        await this.#advanced(signal);
        if (this.#isDue) await this.#readAgain(signal);
        await pause(MIN_INTERVAL_MS, undefined, { signal, ref: false });
      }
    } catch (error) {
      if (signal.aborted) return;
      this.#failure = { error };
      this.#watchers.notify();
    }
  }

  /** Also when it has gone back. */
  get #isDue(): boolean {
    const { status, isAnswering = true, position } = this.projection;
    return status !== 'recovering' && isAnswering && position !== this.#position;
  }

  async #advanced(signal: AbortSignal): Promise<void> {
    if (this.#isDue) return;
    const wait = AbortSignal.any([signal, AbortSignal.timeout(LOOK_INTERVAL_MS)]);
    await this.projection.reached(positionOf(this.projection.position + 1), wait).catch(() => undefined);
  }

  async #readAgain(signal: AbortSignal): Promise<void> {
    try {
      this.#take(await this.read(signal));
    } catch (error) {
      if (!(error instanceof Problem) || error.retryAfter === undefined) throw error;
      await pause(error.retryAfter * 1000, undefined, { signal, ref: false });
    }
  }

  #take({ body, position, since }: Reading): void {
    const hasGoneBack = this.#position !== undefined && position < this.#position;
    this.#position = position;
    if (this.#present?.message.data !== body || hasGoneBack)
      this.#present = { since, message: { id: String(position), data: body } };
    // Also those that wait for a position.
    this.#watchers.notify();
  }
}
