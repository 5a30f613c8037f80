/** Bounds how many folds into the past one projection runs at a time. */
import { PastBusy } from './past-problems.js';

/** Each fold has a page of events and a state in memory. */
const MAX_CONCURRENT_FOLDS = 4;

export class ConcurrentFolds {
  #running = 0;

  constructor(private readonly projection: string) {}

  /** @throws PastBusy when as many run already */
  async run<Result>(fold: () => Promise<Result>): Promise<Result> {
    const release = this.begin();
    try {
      return await fold();
    } finally {
      release();
    }
  }

  /** For a fold that goes on as its consumer iterates. @returns what ends it @throws PastBusy when as many run already */
  begin(): () => void {
    if (this.#running >= MAX_CONCURRENT_FOLDS) throw new PastBusy(this.projection);
    this.#running += 1;
    return () => {
      this.#running -= 1;
    };
  }
}
