/** How much of the event loop's thread may go into work that can wait: a share of the time, however dear the work is. */

/** What is left of the share is kept for later, but not more than what so long brings, in milliseconds. */
const MAX_SAVED_MS = 5000;

/**
 * What a share leaves is kept: work that is usually cheap is not held up when it once takes long (the collector, a busy
 * machine), and work that is always dear comes as seldom as the share says.
 *
 * Does not interrupt anything: one piece of work takes as long as it takes, and the next one waits the longer.
 */
export class CpuBudget {
  /** In milliseconds; below 0 when more was taken than there was. */
  #left: number;
  #at: number;

  /**
   * @param share of the time, above 0 and at most 1; may be another one each time that it is asked for
   * @param now milliseconds on a clock that never goes back
   */
  constructor(
    private readonly share: () => number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#left = MAX_SAVED_MS * share();
    this.#at = now();
  }

  /** How long until the next work may begin, in milliseconds; 0 when it may at once. */
  wait(): number {
    this.#grow();
    return this.#left >= 0 ? 0 : -this.#left / this.share();
  }

  /** Does the work and counts what it takes until it returns; what a promise that it returns does later is not counted. */
  spend<Result>(work: () => Result): Result {
    const began = this.#grow();
    try {
      return work();
    } finally {
      const took = this.#grow() - began;
      this.#left -= took;
    }
  }

  #grow(): number {
    const now = this.now();
    const share = this.share();
    this.#left = Math.min(this.#left + (now - this.#at) * share, MAX_SAVED_MS * share);
    this.#at = now;
    return now;
  }
}
