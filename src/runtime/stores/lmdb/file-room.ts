/** Reserves room in the data file before a transaction, so that LMDB does not meet a full disk. */
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
import { dirname, join } from 'node:path';
import type { RootDatabase } from 'lmdb';
import { isNeverInPlace, requireFreeSpace } from './free-space.js';

/** An upper bound of what a transaction writes. */
export interface WriteSize {
  /** Bytes of each value that is appended to its table. */
  readonly values: readonly number[];
  /** How many entries are inserted anywhere in their tables, and the bytes of their keys together. */
  readonly entries: number;
  readonly entryBytes: number;
}

/** Pages that an entry may change or add: on the path in its table, and in the tree of its key's values. */
const PAGES_PER_ENTRY = 6;
/** Bytes that an entry takes besides its key. Twice as many may be left free around it. */
const BYTES_PER_ENTRY = 40;
/** Pages that any transaction may take: the paths to the ends of the tables, the list of tables, the list of free pages. */
const PAGES_PER_TRANSACTION = 64;
/** Pages that are kept free, so that the log can be closed, and opened again, while the disk is full. */
const RESERVED_PAGES = 64;
/** With less room than this, no log is opened. */
const MIN_PAGES = 32;
/**
 * The file grows by this much more than needed, so that it grows seldom. The next flush must write these bytes out while
 * appends wait: with 16 MiB that took 50 ms.
 */
const GROWTH_BYTES = 1 << 20;
/**
 * A transaction reserves its upper bound, 80 pages for one small commit and 1,000 for 64 of them, though the file seldom grows
 * by more than five; and measuring the free room takes 10 µs. So room for several transactions is reserved at a time: this
 * many bytes, or a share of the file while that is small.
 */
const MAX_AHEAD_BYTES = 4 << 20;
const AHEAD_SHARE = 1 / 8;
const ZEROS = Buffer.alloc(GROWTH_BYTES);

/** An upper bound of what a new log takes, and the size of its lock file, which is mapped while the log is open. */
const NEW_LOG_BYTES = 256 << 10;
const LOCK_FILE_BYTES = 12 << 10;

/**
 * Makes sure that LMDB has room to open a log, before there can be a `FileRoom`: without room, LMDB ends the process. Creates
 * the lock file, of zeros: LMDB would create a sparse file, and crash when its pages are touched on a full disk.
 *
 * @throws Error of the file system when there is no room in the folder: ENOSPC, EDQUOT
 */
export function requireRoomToOpen(folder: string): void {
  if (isNeverInPlace(folder)) requireFreeSpace(folder, NEW_LOG_BYTES);
  const lockFile = join(folder, 'lock.mdb');
  if (existsSync(join(folder, 'data.mdb')) && existsSync(lockFile)) return;
  const zeros = join(folder, `room-${process.pid}`);
  try {
    writeFileSync(zeros, Buffer.alloc(NEW_LOG_BYTES));
    truncateSync(zeros, LOCK_FILE_BYTES);
    linkUnlessThere(zeros, lockFile);
  } finally {
    rmSync(zeros, { force: true });
  }
}

/** A lock file that another process has created meanwhile is kept. */
function linkUnlessThere(file: string, name: string): void {
  try {
    linkSync(file, name);
  } catch (error) {
    if (!existsSync(name)) throw error;
  }
}

/**
 * Writes zeros to the end of the data file, where LMDB can write its pages later. Without room, an append is refused with a
 * clear error; and this version of lmdb, when a write fails, writes its message past the end of a buffer, which may crash the
 * process.
 *
 * The file is opened for appending, so nothing is overwritten, even if another process has become the writer. File systems
 * that never write in place (Btrfs, ZFS) do not keep the room; there, some of the volume must be free before each transaction.
 */
export class FileRoom {
  /** Of the data file. */
  readonly descriptor: number;
  #pageSize = 0;
  /** Bytes of the file, and how many of them at its end are free at least. */
  #length = 0;
  #free = 0;
  /** The folder on a file system that never writes in place. */
  readonly #copiedIn: string | undefined;

  /**
   * @param root of this very file
   * @throws Error of the file system when there is no room to open the log: ENOSPC, EDQUOT
   */
  constructor(
    path: string,
    private readonly root: RootDatabase,
  ) {
    this.#copiedIn = isNeverInPlace(dirname(path)) ? dirname(path) : undefined;
    this.descriptor = openSync(path, 'a+');
    try {
      this.#require(MIN_PAGES);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /**
   * Reserves room for a transaction, which must end before room for the next one is reserved.
   *
   * @returns how many pages the file may grow by at most
   * @throws Error of the file system when there is no room for them: ENOSPC, EDQUOT
   */
  take(size: WriteSize): number {
    const pages = this.#maxPagesOf(size);
    if (this.#copiedIn !== undefined) requireFreeSpace(this.#copiedIn, pages * this.#pageSize);
    this.#require(pages + RESERVED_PAGES);
    this.#free -= pages * this.#pageSize;
    return pages;
  }

  close(): void {
    closeSync(this.descriptor);
  }

  #maxPagesOf({ values, entries, entryBytes }: WriteSize): number {
    const ofValues = values.reduce((sum, size) => sum + Math.ceil(size / this.#pageSize) + 1, 0);
    // A page is changed or split twice only by what is added to it.
    const added = 3 * (entryBytes + BYTES_PER_ENTRY * entries);
    const ofAllPages = (2 * this.#length + added) / this.#pageSize;
    return PAGES_PER_TRANSACTION + ofValues + Math.ceil(Math.min(PAGES_PER_ENTRY * entries, ofAllPages));
  }

  #require(pages: number): void {
    if (this.#pageSize > 0 && this.#free >= pages * this.#pageSize) return;
    this.#measure();
    const left = this.#free - pages * this.#pageSize;
    if (left < Math.min(MAX_AHEAD_BYTES, this.#length * AHEAD_SHARE)) this.#grow(Math.max(0, -left));
  }

  /** Pages that LMDB has freed within the file are not counted, though it writes there first. */
  #measure(): void {
    const { lastPageNumber, pageSize } = this.root.getStats() as { lastPageNumber: number; pageSize: number };
    this.#pageSize = pageSize;
    this.#length = fstatSync(this.descriptor).size;
    this.#free = this.#length - (lastPageNumber + 1) * pageSize;
  }

  #grow(missing: number): void {
    let left = missing + GROWTH_BYTES;
    try {
      while (left > 0) {
        const written = writeSync(this.descriptor, ZEROS, 0, Math.min(left, ZEROS.length));
        this.#length += written;
        this.#free += written;
        left -= written;
      }
    } catch (error) {
      // Only what exceeds the need is missing.
      if (left > GROWTH_BYTES) throw error;
    }
  }
}
