/** Checks the pages of a log once more while it is open: something other than this process may damage its file meanwhile. */
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { LogDamaged } from '../../event-log/errors.js';
import { position } from '../../event-log/event.js';
import { FileDamaged, checkFileInSteps } from './file-check.js';
import { FoundIndexes } from './index-sum.js';
import { TABLES, lastPosition, type LmdbFiles } from './lmdb-files.js';
import { readCommits } from './lmdb-read.js';
import type { WriterStanding } from './writer-standing.js';

/** Disks damage what lies on them over months, and a check of a large log takes seconds of the thread in all. */
export const RECHECK_INTERVAL_MS = 6 * 60 * 60 * 1000;

/** After so long other work gets its turn. */
const MAX_TURN_MS = 5;

/** Reading the first two pages while the writer writes them may fail so often in a row. */
const MAX_ATTEMPTS = 4;

/**
 * Checks the pages of an open log in steps. A read transaction keeps them: a busy writer's file grows for as long as this takes.
 *
 * @param path named in errors
 * @param descriptor of the data file that is open: another one may be at its path by now
 * @returns whether the indexes are those that the log has kept the sum of
 * @throws FileDamaged
 */
export function* checkSnapshot(
  { root }: LmdbFiles,
  path: string,
  descriptor: number,
): Generator<undefined, boolean> {
  const reading = root.useReadTransaction();
  try {
    for (let attempt = 1; ; attempt += 1) {
      const indexes = new FoundIndexes();
      try {
        yield* checkFileInSteps(path, descriptor, TABLES, indexes);
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
  #completed = 0;

  constructor(
    private readonly files: LmdbFiles,
    private readonly descriptor: number,
    private readonly standing: WriterStanding,
    intervalMs = RECHECK_INTERVAL_MS,
  ) {
    this.#timer = setInterval(() => {
      this.#running ??= this.#check();
    }, intervalMs).unref();
  }

  /** How many checks went from beginning to end and found no damage. */
  get completed(): number {
    return this.#completed;
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
    // Nothing is recorded any more in a file that is no longer that of the log.
    if (!this.standing.isFileInPlace()) {
      this.#running = undefined;
      return;
    }
    try {
      if (!(await this.#areIndexesAsKept())) await this.#walk();
      if (!this.#isEnding) this.#completed += 1;
    } catch (error) {
      const damage = damageOf(error);
      if (damage !== undefined) this.#found(damage);
      else this.#warn(`the log was not checked, which is tried again (${messageOf(error)})`, 'LogNotChecked');
    } finally {
      this.#running = undefined;
    }
  }

  async #areIndexesAsKept(): Promise<boolean> {
    const path = join(this.standing.folder, 'data.mdb');
    const steps = checkSnapshot(this.files, path, this.descriptor);
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
    this.#warn(damage.detail, damage.name);
  }

  #warn(sentence: string, name: string): void {
    process.emitWarning(`${this.standing.folder}: ${sentence}`, name);
  }
}

/** Undefined for errors that say nothing about the log, such as that LMDB has no reader slot left. */
function damageOf(error: unknown): LogDamaged | undefined {
  if (error instanceof LogDamaged) return error;
  if (error instanceof FileDamaged) return new LogDamaged(position(1), error.what);
  // The disk has lost a page. LMDB would crash the process when it maps that page.
  return (error as NodeJS.ErrnoException).code === 'EIO'
    ? new LogDamaged(position(1), `its file cannot be read (${messageOf(error)})`)
    : undefined;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
