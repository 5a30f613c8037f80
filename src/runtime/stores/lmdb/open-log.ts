/** Opens a log after checking every page of its data file. */
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { FileDamaged, checkFile, lastTransaction } from './file-check.js';
import { TABLES, lastPosition, openFiles, type LmdbFiles } from './lmdb-files.js';
import { FoundIndexes, type IndexSum } from './index-sum.js';
import { requireEveryCommit } from './lmdb-read.js';
import { fileIdOf } from './file-place.js';
import { requireRoomToOpen } from './file-room.js';
import { checkSnapshot } from './recheck.js';
import { fateOf, thisProcess, type LeaseHolder } from './lease-holder.js';

/** A file beside the data file, in which the writer notes who it is and, when it closes the log, the state of the data file. */
const NOTE = 'writer.json';

/** Every commit of a log up to this size is checked. Of a larger one that its writer left as it is, or that crashed, only the pages are. */
const MAX_ALWAYS_CHECKED_BYTES = 64 * 1024 * 1024;

type Note = WriterNote | { readonly left: FileState };

interface WriterNote {
  readonly writer: LeaseHolder;
  /** The data file that it writes, or wrote: a copy of the folder has another one. Absent in notes of earlier versions. */
  readonly file?: string;
}

/** Changes whenever somebody or something changes the file. */
interface FileState {
  readonly bytes: number;
  /** Nanoseconds since 1970, as text: a double cannot hold them. */
  readonly modified: string;
  /** SHA-256 of the file, in hexadecimal. Absent in notes of earlier versions. */
  readonly digest?: string;
}

const READ_BYTES = 1 << 20;
/** A writer that goes on may free and reuse pages during a check, which then begins again. */
const MAX_ATTEMPTS = 4;

/** What is to be checked with LMDB after the pages. */
type Unchecked = 'nothing' | 'every commit';

export interface OpenLogOptions {
  readonly readOnly: boolean;
  /** No process writes: the lease of the last writer has expired. */
  readonly isLeaseExpired?: boolean;
  /** Called if every commit was checked and is sound. */
  readonly onEveryCommitChecked?: (sum: IndexSum) => void;
}

/**
 * @throws FileDamaged, LogDamaged when the files are not what was written
 * @throws ProcessIdTaken when LMDB cannot tell this process from another one that has the log open
 * @throws Error when there is no log to read, it is of another format, or the folder cannot be used
 */
export function openLog(
  folder: string,
  { readOnly, isLeaseExpired = false, onEveryCommitChecked }: OpenLogOptions,
): LmdbFiles {
  if (!readOnly) mkdirSync(folder, { recursive: true });
  if (!readOnly || existsSync(join(folder, 'data.mdb'))) requireRoom(folder, readOnly);
  const found = requireUndamagedFile(folder, isLeaseExpired);
  const files = openFiles(folder, { readOnly });
  try {
    const unchecked = found === 'pages' ? requireSoundSnapshot(files, folder) : found;
    if (unchecked === 'every commit') {
      const sum = requireEveryCommit(files, lastPosition(files));
      onEveryCommitChecked?.(sum);
    }
  } catch (error) {
    void files.root.close();
    throw error;
  }
  return files;
}

/** @throws Error of the file system: ENOSPC, EDQUOT; a log that is only read may also be on a read-only file system, or belong to others */
function requireRoom(folder: string, readOnly: boolean): void {
  try {
    requireRoomToOpen(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!readOnly || code === 'ENOSPC' || code === 'EDQUOT') throw error;
  }
}

/** Whether only the lease tells if another process writes to this log. Does not open it. */
export function mayBeHeldElsewhere(folder: string): boolean {
  const note = writerNote(folder);
  return note !== undefined && (isOfAnotherFile(note, folder) || fateOf(note.writer) === 'unknown');
}

/**
 * Checks the pages of the data file before LMDB maps it: a damaged page may mislead LMDB, or crash the process.
 *
 * @returns what must be checked with LMDB
 * @throws FileDamaged
 */
function requireUndamagedFile(folder: string, isLeaseExpired: boolean): Unchecked | 'pages' {
  const file = join(folder, 'data.mdb');
  if (!existsSync(file) || statSync(file).size === 0) return 'nothing';
  const note = readNote(folder);
  const { size } = statSync(file);
  const afterPages = requireSoundPages(file);
  const writer = note !== undefined && 'writer' in note ? note : undefined;
  const isCopy = writer !== undefined && isOfAnotherFile(writer, folder);
  const isWritten = writer !== undefined && !isCopy && !isLeaseExpired && fateOf(writer.writer) !== 'ended';
  if (isWritten || afterPages !== 'nothing') return afterPages;
  if (isCopy || size <= MAX_ALWAYS_CHECKED_BYTES) return 'every commit';
  // After a crash of the writer, what LMDB committed is whole. A file that changed after it was left was changed by something else.
  const left = note !== undefined && 'left' in note ? note.left : undefined;
  if (left === undefined) return 'nothing';
  return left.bytes === size && left.digest === digestOf(file) ? 'nothing' : 'every commit';
}

/**
 * A writer may go on meanwhile, also one that nothing is known of: what is found counts only if no transaction ended during
 * the check.
 *
 * @returns what is left to check: the pages when a writer did not let a check end
 * @throws FileDamaged
 */
function requireSoundPages(file: string): Unchecked | 'pages' {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const before = lastTransaction(file);
    const isMixed = (): boolean => lastTransaction(file) !== before;
    const indexes = new FoundIndexes();
    try {
      checkFile(file, TABLES, indexes);
      if (indexes.areAsKept) return 'nothing';
      if (!isMixed()) return 'every commit';
    } catch (error) {
      // What was read may be of several transactions: then it is no damage.
      if (!(error instanceof FileDamaged) || !isMixed()) throw error;
    }
  }
  return 'pages';
}

/**
 * Checks the pages of a log that is written all the time, after LMDB has mapped its file, as its writer has too.
 *
 * @throws FileDamaged
 */
function requireSoundSnapshot(files: LmdbFiles, folder: string): Unchecked {
  const steps = checkSnapshot(files, folder);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value ? 'nothing' : 'every commit';
  }
}

/** To be called by the writer before it writes. */
export function noteWriting(folder: string): void {
  writeNote(folder, { writer: thisProcess(), file: fileIdOf(join(folder, 'data.mdb')) ?? '' });
}

/** To be called by the writer after LMDB has closed the file. */
export function noteLeft(folder: string): void {
  // The folder may have been removed together with its log.
  if (existsSync(join(folder, 'data.mdb'))) writeNote(folder, { left: stateOf(join(folder, 'data.mdb')) });
}

function stateOf(file: string): FileState {
  const { size, mtimeNs } = statSync(file, { bigint: true });
  return { bytes: Number(size), modified: String(mtimeNs), digest: digestOf(file) };
}

function digestOf(file: string): string {
  const hash = createHash('sha256');
  const buffer = Buffer.alloc(READ_BYTES);
  const descriptor = openSync(file, 'r');
  try {
    for (;;) {
      const read = readSync(descriptor, buffer, 0, READ_BYTES, null);
      if (read === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, read));
    }
  } finally {
    closeSync(descriptor);
  }
}

function writeNote(folder: string, note: Note): void {
  writeFileSync(join(folder, NOTE), `${JSON.stringify(note)}\n`);
}

/** Undefined when the note cannot be read: the file is checked then. */
function readNote(folder: string): Note | undefined {
  try {
    const note = JSON.parse(readFileSync(join(folder, NOTE), 'utf8')) as Partial<Record<string, unknown>>;
    return 'writer' in note || 'left' in note ? (note as unknown as Note) : undefined;
  } catch {
    return undefined;
  }
}

function writerNote(folder: string): WriterNote | undefined {
  const note = readNote(folder);
  return note !== undefined && 'writer' in note ? note : undefined;
}

const isOfAnotherFile = ({ file }: WriterNote, folder: string): boolean =>
  file !== undefined && file !== fileIdOf(join(folder, 'data.mdb'));
