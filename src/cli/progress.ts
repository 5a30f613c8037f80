/** How far a long command has come: a bar on a terminal, elsewhere a line every few seconds. */
import { formatNumber, formatDuration } from './number-format.js';
import type { Terminal } from './terminal.js';

/** Milliseconds between two showings: often enough to seem alive, and seldom enough for a log file. */
const BAR_INTERVAL_MS = 100;
const LINE_INTERVAL_MS = 5_000;

const BAR_WIDTH = 24;

export interface ProgressUpdate {
  /** From 0 to 1; undefined when nobody knows where the end is. */
  readonly fraction?: number | undefined;
  /** How many have been dealt with so far. */
  readonly done: number;
}

export class Progress {
  readonly #started: number;
  readonly #isBar: boolean;
  #nextAt: number;
  #isShown = false;

  /**
   * @param verb what is being done: `verify`
   * @param unit what is counted: `events`
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

  /** May be called as often as there is news. */
  update(advance: ProgressUpdate): void {
    const now = this.terminal.now();
    if (this.quiet || now < this.#nextAt) return;
    this.#nextAt = now + (this.#isBar ? BAR_INTERVAL_MS : LINE_INTERVAL_MS);
    this.terminal.stderr.write(
      this.#isBar ? this.#bar(advance, now) : `${this.verb}: ${this.#figures(advance, now).join(', ')}\n`,
    );
    this.#isShown = true;
  }

  /** Takes the bar away, so that what is said next has the line for itself. */
  end(): void {
    if (this.#isBar && this.#isShown) this.terminal.stderr.write('\r\x1b[K');
  }

  #bar(advance: ProgressUpdate, now: number): string {
    const share = advance.fraction ?? 0;
    const full = Math.round(share * BAR_WIDTH);
    const bar = `[${'#'.repeat(full)}${'-'.repeat(BAR_WIDTH - full)}]`;
    const line = [this.verb, bar, ...this.#figures(advance, now)].join('  ');
    // A line that the terminal breaks could not be taken back.
    return `\r${line.slice(0, (this.terminal.stderr.columns ?? 80) - 1)}\x1b[K`;
  }

  #figures({ fraction: share, done }: ProgressUpdate, now: number): readonly string[] {
    const seconds = (now - this.#started) / 1000;
    return [
      ...(fraction === undefined ? [] : [`${Math.floor(fraction * 100)}%`]),
      `${formatNumber(done)} ${this.unit}`,
      `${formatNumber(done / seconds)}/s`,
      ...(fraction === undefined || fraction === 0 ? [] : [`${formatDuration((seconds * (1 - fraction)) / fraction)} left`]),
    ];
  }
}
