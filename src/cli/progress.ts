/** How far a long command has come: a bar on a terminal, elsewhere a line every few seconds. */
import { count, duration } from './number-format.js';
import type { Terminal } from './terminal.js';

/** Milliseconds between two showings: often enough to seem alive, and seldom enough for a log file. */
const ON_TERMINAL = 100;
const ELSEWHERE = 5_000;

const BAR_WIDTH = 24;

export interface Advance {
  /** From 0 to 1; undefined when nobody knows where the end is. */
  readonly share?: number | undefined;
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
    this.#nextAt = this.#started + (this.#isBar ? ON_TERMINAL : ELSEWHERE);
  }

  /** May be called as often as there is news. */
  to(advance: Advance): void {
    const now = this.terminal.now();
    if (this.quiet || now < this.#nextAt) return;
    this.#nextAt = now + (this.#isBar ? ON_TERMINAL : ELSEWHERE);
    this.terminal.stderr.write(
      this.#isBar ? this.#bar(advance, now) : `${this.verb}: ${this.#figures(advance, now).join(', ')}\n`,
    );
    this.#isShown = true;
  }

  /** Takes the bar away, so that what is said next has the line for itself. */
  end(): void {
    if (this.#isBar && this.#isShown) this.terminal.stderr.write('\r\x1b[K');
  }

  #bar(advance: Advance, now: number): string {
    const share = advance.share ?? 0;
    const full = Math.round(share * BAR_WIDTH);
    const bar = `[${'#'.repeat(full)}${'-'.repeat(BAR_WIDTH - full)}]`;
    const line = [this.verb, bar, ...this.#figures(advance, now)].join('  ');
    // A line that the terminal breaks could not be taken back.
    return `\r${line.slice(0, (this.terminal.stderr.columns ?? 80) - 1)}\x1b[K`;
  }

  #figures({ share, done }: Advance, now: number): readonly string[] {
    const seconds = (now - this.#started) / 1000;
    return [
      ...(share === undefined ? [] : [`${Math.floor(share * 100)}%`]),
      `${count(done)} ${this.unit}`,
      `${count(done / seconds)}/s`,
      ...(share === undefined || share === 0 ? [] : [`${duration((seconds * (1 - share)) / share)} left`]),
    ];
  }
}
