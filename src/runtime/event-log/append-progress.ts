/** Whether appends get on: when the last one succeeded, and whether some wait while none is answered. */
import type { StoreStatus } from './event-store.js';

/** Appends that wait while none is answered for so long are a fault of the store. A slow disk answers in milliseconds. */
export const MAX_APPEND_WAIT_MS = 10_000;

export class AppendProgress {
  #pending = 0;
  #answeredAt = 0;
  #last: number | undefined;

  /** @param elapsed a monotonic clock, in milliseconds */
  constructor(
    private readonly elapsed: () => number = () => performance.now(),
    private readonly now: () => number = Date.now,
  ) {}

  get last(): Date | undefined {
    return this.#last === undefined ? undefined : new Date(this.#last);
  }

  began(): void {
    if (this.#pending === 0) this.#answeredAt = this.elapsed();
    this.#pending += 1;
  }

  ended(isRecorded: boolean): void {
    this.#pending -= 1;
    this.#answeredAt = this.elapsed();
    if (isRecorded) this.#last = this.now();
  }

  /** Undefined unless appends wait and none was answered for `MAX_APPEND_WAIT_MS`. */
  stall(): StoreStatus | undefined {
    const waited = this.elapsed() - this.#answeredAt;
    if (this.#pending === 0 || waited < MAX_APPEND_WAIT_MS) return undefined;
    const seconds = Math.floor(waited / 1000);
    return {
      code: 'appends-stalled',
      detail: `${this.#pending} appends wait, and none was answered for ${seconds} s.`,
    };
  }
}
