/** Limits the share of the thread's time that goes into work that can wait, whatever one piece of it costs. */

/** Unused time is saved up for later, up to what the share brings in this many milliseconds. */
const MAX_SAVED_MS = 5000;

/**
 * Because unused time is saved, work that is usually cheap is not delayed when it takes long once (a garbage collection, a busy
 * machine), while work that is always expensive is done only as often as the share allows.
 *
 * Does not interrupt anything: a piece of work takes as long as it takes, and the next one waits the longer.
 */
export class CpuBudget {
  /** In milliseconds; below 0 when more was spent than there was. */
  #left: number;
  #at: number;

  /**
   * @param share of the time, above 0 and at most 1; read each time, so it may change
   * @param now milliseconds on a clock that never goes back
   */
  constructor(
    private readonly share: () => number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#left = MAX_SAVED_MS * share();
    this.#at = now();
  }

  /** Milliseconds until the next work may begin; 0 when it may at once. */
  wait(): number {
    this.#accrue();
    return this.#left >= 0 ? 0 : -this.#left / this.share();
  }

  /** Does the work, and counts the time until it returns. If it returns a promise, later time is not counted. */
  spend<Result>(work: () => Result): Result {
    const began = this.#accrue();
    try {
      return work();
    } finally {
      const took = this.#accrue() - began;
      this.#left -= took;
    }
  }

  #accrue(): number {
    const now = this.now();
    const share = this.share();
    this.#left = Math.min(this.#left + (now - this.#at) * share, MAX_SAVED_MS * share);
    this.#at = now;
    return now;
  }
}
