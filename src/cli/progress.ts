/** Shows the progress of a long command: a bar on a terminal, otherwise a line every few seconds. */
import { formatNumber, formatDuration } from './number-format.js';
import type { Terminal } from './terminal.js';

/** How often progress is shown: frequent on a terminal, rare where stderr may be a log file. */
const BAR_INTERVAL_MS = 100;
const LINE_INTERVAL_MS = 5_000;

const BAR_WIDTH = 24;

export interface ProgressUpdate {
  /** From 0 to 1; undefined when the total is unknown. */
  readonly fraction?: number | undefined;
  /** How many units have been processed. */
  readonly done: number;
}

export class Progress {
  readonly #started: number;
  readonly #isBar: boolean;
  #nextAt: number;
  #isShown = false;

  /**
   * @param verb such as `verify`
   * @param unit such as `events`
   */
  constructor(
    private readonly terminal: Terminal,
    private readonly verb: string,
    private readonly unit: string,
    private readonly quiet = false,
  ) {
    this.#started = terminal.now();
    this.#isBar = terminal.stderr.isTTY === true;
    this.#nextAt = this.#started + (this.#isBar ? BAR_INTERVAL_MS : LINE_INTERVAL_MS);
  }

  /** Cheap enough to be called for every page: shows only what is due. */
  update(update: ProgressUpdate): void {
    const now = this.terminal.now();
    if (this.quiet || now < this.#nextAt) return;
    this.#nextAt = now + (this.#isBar ? BAR_INTERVAL_MS : LINE_INTERVAL_MS);
    this.terminal.stderr.write(
      this.#isBar ? this.#bar(update, now) : `${this.verb}: ${this.#details(update, now).join(', ')}\n`,
    );
    this.#isShown = true;
  }

  /** Removes the bar, so that the next message starts on an empty line. */
  end(): void {
    if (this.#isBar && this.#isShown) this.terminal.stderr.write('\r\x1b[K');
  }

  #bar(update: ProgressUpdate, now: number): string {
    const fraction = update.fraction ?? 0;
    const full = Math.round(fraction * BAR_WIDTH);
    const bar = `[${'#'.repeat(full)}${'-'.repeat(BAR_WIDTH - full)}]`;
    const line = [this.verb, bar, ...this.#details(update, now)].join('  ');
    // A bar that wraps onto a second line could not be removed again.
    return `\r${line.slice(0, (this.terminal.stderr.columns ?? 80) - 1)}\x1b[K`;
  }

  #details({ fraction, done }: ProgressUpdate, now: number): readonly string[] {
    const seconds = (now - this.#started) / 1000;
    return [
      ...(fraction === undefined ? [] : [`${Math.floor(fraction * 100)}%`]),
      `${formatNumber(done)} ${this.unit}`,
      `${formatNumber(done / seconds)}/s`,
      ...(fraction === undefined || fraction === 0
        ? []
        : [`${formatDuration((seconds * (1 - fraction)) / fraction)} left`]),
    ];
  }
}
