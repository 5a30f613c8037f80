/** A rate per second over the last ten seconds, in ten counters and without a timer. */

/** There is one counter for each second. */
const WINDOW_SECONDS = 10;

export class MovingRate {
  readonly #counts = new Array<number>(WINDOW_SECONDS).fill(0);
  /** Which second each of them counts. */
  readonly #seconds = new Array<number>(WINDOW_SECONDS).fill(-Infinity);
  readonly #began: number;

  /** @param now milliseconds on a clock that never goes back */
  constructor(private readonly now: () => number = () => performance.now()) {
    this.#began = now();
  }

  add(count: number): void {
    const second = Math.floor(this.now() / 1000);
    const bucket = second % WINDOW_SECONDS;
    if (this.#seconds[bucket] !== second) {
      this.#seconds[bucket] = second;
      this.#counts[bucket] = 0;
    }
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count;
  }

  /** Over the last ten seconds, or over the time since the start if that is shorter, but at least one second. */
  perSecond(): number {
    const now = this.now();
    const oldest = Math.floor(now / 1000) - WINDOW_SECONDS;
    const counted = this.#counts.reduce(
      (sum, count, bucket) => ((this.#seconds[bucket] ?? -Infinity) > oldest ? sum + count : sum),
      0,
    );
    return counted / Math.min(Math.max((now - this.#began) / 1000, 1), WINDOW_SECONDS);
  }
}
