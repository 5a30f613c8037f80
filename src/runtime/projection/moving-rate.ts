/** How many a second, over the last ten seconds; kept in ten numbers and without a timer. */

/** What is looked back on, in seconds; there is a bucket for each. */
const WINDOW_MS = 10;

export class MovingRate {
  readonly #counts = new Array<number>(WINDOW_MS).fill(0);
  /** The second that each bucket counts. */
  readonly #seconds = new Array<number>(WINDOW_MS).fill(-Infinity);
  readonly #began: number;

  /** @param now milliseconds on a clock that never goes back */
  constructor(private readonly now: () => number = () => performance.now()) {
    this.#began = now();
  }

  add(count: number): void {
    const second = Math.floor(this.now() / 1000);
    const bucket = second % WINDOW_MS;
    if (this.#seconds[bucket] !== second) {
      this.#seconds[bucket] = second;
      this.#counts[bucket] = 0;
    }
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count;
  }

  /** Of the last ten seconds, or of those since it began, but at least one. */
  perSecond(): number {
    const now = this.now();
    const oldest = Math.floor(now / 1000) - WINDOW_MS;
    const counted = this.#counts.reduce(
      (sum, count, bucket) => ((this.#seconds[bucket] ?? -Infinity) > oldest ? sum + count : sum),
      0,
    );
    return counted / Math.min(Math.max((now - this.#began) / 1000, 1), WINDOW_MS);
  }
}
