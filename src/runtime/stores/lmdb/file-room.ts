/** Room in the data file for what is about to be written, taken beforehand, so that LMDB does not meet a full disk. */
import {
  closeSync,
  existsSync,
  fstatSync,
  linkSync,
  openSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { RootDatabase } from 'lmdb';

/** What a transaction is going to write. */
export interface WriteSize {
  /** Bytes of each value that goes to the end of its table. */
  readonly values: readonly number[];
  /** How many entries go to any place of their tables, and how many bytes their keys have together. */
  readonly entries: number;
  readonly entryBytes: number;
}

/** Pages that an entry may change or add: on the way down its table, and down the tree of its key's values. */
const PAGES_PER_ENTRY = 6;
/** Bytes that an entry takes beside its key, of which twice as many again may be left free around it. */
const BYTES_PER_ENTRY = 40;
/** Pages that any transaction may take: the ways to the tables' ends, the list of tables, the list of free pages. */
const PAGES_PER_TRANSACTION = 64;
/** Pages that a load leaves over, so that the log can be closed, and opened again, while the disk is full. */
const RESERVE = 64;
/** Pages without which no log is opened. */
const MIN_PAGES = 32;
/**
 * By so many bytes more than it must be is the file made longer, so that this is seldom done, and with so many at a time. The
 * next flush has to write them out, and whoever appends waits for that: with 16 MiB it was 50 ms.
 */
const GROWTH_BYTES = 1 << 20;
/**
 * A transaction counts as the most that it may take, 80 pages for one small commit and 1,000 for 64 of them, though the file
 * seldom grows by more than five; and to measure what is free takes 10 µs. So there is room for several before that is needed:
 * so many bytes, or a share of the file while that is small.
 */
const MAX_AHEAD_BYTES = 4 << 20;
const SHARE_AHEAD = 1 / 8;
const ZEROS = Buffer.alloc(GROWTH_BYTES);

/** Bytes that a new log takes at most, and those of its lock file, which is in memory as long as the log is open. */
const BEGINNING = 256 << 10;
const LOCK_FILE = 12 << 10;

/**
 * Makes sure that LMDB has the room for what it writes before there can be a `FileRoom`: it ends the process when it has not.
 * A lock file is made of zeros; LMDB itself would make one without room for its bytes, and fail once they are touched.
 *
 * @throws Error of the file system when there is no room in the folder: ENOSPC, EDQUOT
 */
export function requireRoomToOpen(folder: string): void {
  const lockFile = join(folder, 'lock.mdb');
  if (existsSync(join(folder, 'data.mdb')) && existsSync(lockFile)) return;
  const zeros = join(folder, `room-${process.pid}`);
  try {
    writeFileSync(zeros, Buffer.alloc(BEGINNING));
    truncateSync(zeros, LOCK_FILE);
    linkUnlessThere(zeros, lockFile);
  } finally {
    rmSync(zeros, { force: true });
  }
}

/** One lock file is as good as the other, and one that another process made must not be touched. */
function linkUnlessThere(file: string, name: string): void {
  try {
    linkSync(file, name);
  } catch (error) {
    if (!existsSync(name)) throw error;
  }
}

/**
 * Where a page of zeros stands, a page of data can be written. This is not only for the sake of a clear refusal: the
 * lmdb of this version writes a message about a failed write past the end of its memory, which may end the process.
 *
 * The zeros go to the end of the file, wherever that is by then; so nothing is overwritten, not even when another process
 * has become the writer. They are of no use where a file system never writes in place, as Btrfs and ZFS do.
 */
export class FileRoom {
  readonly #descriptor: number;
  #pageSize = 0;
  /** Bytes of the file, and how many at its end are free for sure. */
  #length = 0;
  #free = 0;

  /**
   * @param root of this very file
   * @throws Error of the file system when there is no room to open the log: ENOSPC, EDQUOT
   */
  constructor(
    path: string,
    private readonly root: RootDatabase,
  ) {
    this.#descriptor = openSync(path, 'a');
    try {
      this.#require(MIN_PAGES);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /**
   * Makes sure of the room for a transaction. It has to be over before room for the next one is taken.
   *
   * @returns how many pages the file may grow by at most
   * @throws Error of the file system when there is no room for them: ENOSPC, EDQUOT
   */
  take(load: WriteSize): number {
    const pages = this.#pagesOf(load);
    this.#require(pages + RESERVE);
    this.#free -= pages * this.#pageSize;
    return pages;
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  /** At most so many pages does it take to write the load. */
  #pagesOf({ values, entries, entryBytes }: WriteSize): number {
    const ofValues = values.reduce((sum, size) => sum + Math.ceil(size / this.#pageSize) + 1, 0);
    // No page is changed or divided twice but by what is added to it.
    const added = 3 * (entryBytes + BYTES_PER_ENTRY * entries);
    const ofAllPages = (2 * this.#length + added) / this.#pageSize;
    return PAGES_PER_TRANSACTION + ofValues + Math.ceil(Math.min(PAGES_PER_ENTRY * entries, ofAllPages));
  }

  #require(pages: number): void {
    if (this.#pageSize > 0 && this.#free >= pages * this.#pageSize) return;
    this.#measure();
    const left = this.#free - pages * this.#pageSize;
    if (left < Math.min(MAX_AHEAD_BYTES, this.#length * SHARE_AHEAD)) this.#lengthen(Math.max(0, -left));
  }

  /** Pages that LMDB gave back are not counted, though it writes there first. */
  #measure(): void {
    const { lastPageNumber, pageSize } = this.root.getStats() as { lastPageNumber: number; pageSize: number };
    this.#pageSize = pageSize;
    this.#length = fstatSync(this.#descriptor).size;
    this.#free = this.#length - (lastPageNumber + 1) * pageSize;
  }

  #lengthen(missing: number): void {
    let left = missing + GROWTH_BYTES;
    try {
      while (left > 0) {
        const written = writeSync(this.#descriptor, ZEROS, 0, Math.min(left, ZEROS.length));
        this.#length += written;
        this.#free += written;
        left -= written;
      }
    } catch (error) {
      // What was to be more than is missing may be missing.
      if (left > GROWTH_BYTES) throw error;
    }
  }
}
