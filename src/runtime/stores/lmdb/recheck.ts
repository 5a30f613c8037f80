/** Checks the pages of a log once more while it is open: something other than this process may damage its file meanwhile. */
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { LogDamaged } from '../../event-log/errors.js';
import { position } from '../../event-log/event.js';
import { FileDamaged, checkFileInSteps } from './file-check.js';
import { FoundIndexes } from './index-sum.js';
import { TABLES, lastPosition, type LmdbFiles } from './lmdb-files.js';
import { readCommits } from './lmdb-read.js';

/** Disks damage what lies on them over months, and a check of a large log takes seconds of the thread in all. */
export const RECHECK_INTERVAL_MS = 6 * 60 * 60 * 1000;

/** After so long other work gets its turn. */
const MAX_TURN_MS = 5;

/** Reading the first two pages while the writer writes them may fail so often in a row. */
const MAX_ATTEMPTS = 4;

/**
 * Checks the pages of an open log in steps. A read transaction keeps them: a busy writer's file grows for as long as this takes.
 *
 * @returns whether the indexes are those that the log has kept the sum of
 * @throws FileDamaged
 */
export function* checkSnapshot({ root }: LmdbFiles, folder: string): Generator<undefined, boolean> {
  const reading = root.useReadTransaction();
  try {
    for (let attempt = 1; ; attempt += 1) {
      const indexes = new FoundIndexes();
      try {
        yield* checkFileInSteps(join(folder, 'data.mdb'), TABLES, indexes);
        return indexes.areAsKept;
      } catch (error) {
        if (!(error instanceof FileDamaged) || attempt === MAX_ATTEMPTS) throw error;
      }
    }
  } finally {
    reading.done();
  }
}

export class Recheck {
  #timer: NodeJS.Timeout;
  #running: Promise<void> | undefined;
  #isEnding = false;
  #damage: LogDamaged | undefined;

  constructor(
    private readonly files: LmdbFiles,
    private readonly folder: string,
    intervalMs = RECHECK_INTERVAL_MS,
  ) {
    this.#timer = setInterval(() => {
      this.#running ??= this.#check();
    }, intervalMs).unref();
  }

  /** What a check has found. */
  get damage(): LogDamaged | undefined {
    return this.#damage;
  }

  /** @throws LogDamaged when a check has found damage */
  require(): void {
    if (this.#damage !== undefined) throw this.#damage;
  }

  /** To be called before the files are closed. */
  async end(): Promise<void> {
    this.#isEnding = true;
    clearInterval(this.#timer);
    await this.#running;
  }

  async #check(): Promise<void> {
    try {
      if (!(await this.#areIndexesAsKept())) await this.#walk();
    } catch (error) {
      // Anything else, such as too many open files, says nothing about the log: the next check finds out.
      if (error instanceof LogDamaged) this.#found(error);
      if (error instanceof FileDamaged) this.#found(new LogDamaged(position(1), error.what));
    } finally {
      this.#running = undefined;
    }
  }

  async #areIndexesAsKept(): Promise<boolean> {
    const steps = checkSnapshot(this.files, this.folder);
    let began = performance.now();
    for (let step = steps.next(); ; step = steps.next()) {
      if (step.done === true) return step.value;
      if (performance.now() - began < MAX_TURN_MS) continue;
      await nextTurn();
      began = performance.now();
      if (this.#isEnding) {
        steps.return(true);
        return true;
      }
    }
  }

  /** Finds where the indexes are not those of the commits. If nowhere, the sum itself is damaged; the next append mends it. */
  async #walk(): Promise<void> {
    const walk = readCommits(this.files, {}, lastPosition(this.files))[Symbol.asyncIterator]();
    while (!this.#isEnding && (await walk.next()).done !== true);
    await walk.return?.();
  }

  #found(damage: LogDamaged): void {
    this.#damage = damage;
    clearInterval(this.#timer);
    process.emitWarning(`${this.folder}: ${damage.detail}`, damage.name);
  }
}
