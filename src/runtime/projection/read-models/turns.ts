/** One at a time, in the order in which they came. */
import { setTimeout as pause } from 'node:timers/promises';

export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Resolves once it is one's turn, to what ends it. */
  async take(): Promise<() => void> {
    const before = this.#last;
    let end: () => void = () => undefined;
    this.#last = new Promise((resolve) => {
      end = resolve;
    });
    await before;
    return end;
  }

  /** Resolves to undefined when it was not one's turn in time. */
  async takeWithin(milliseconds: number): Promise<(() => void) | undefined> {
    const taken = this.take();
    const late = new AbortController();
    const first = await Promise.race([
      taken,
      pause(milliseconds, undefined, { signal: late.signal }).catch(() => undefined),
    ]);
    late.abort();
    if (first === undefined)
      void taken.then((end) => {
        end();
      });
    return first;
  }

  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    const end = await this.take();
    try {
      return await work();
    } finally {
      end();
    }
  }
}
