/** Whether the data file may be believed: it is as its writer left it, or else it is looked through before anybody opens it. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TableFlag, checkFile, checkHeader, type Tables } from './file-check.js';
import { isAlive, thisProcess, type LeaseHolder } from './writer-lease.js';

/** What the writer notes beside the data file: who it is, and when it ends in good order, how it leaves the file. */
const NOTE = 'writer.json';

/** A log of up to so many bytes is looked through in every commit after a crash; a larger one only in how its pages hang together. */
const MAX_ALWAYS_CHECKED_BYTES = 64 * 1024 * 1024;

const TABLES: Tables = {
  about: TableFlag.versions,
  commits: 0,
  ids: 0,
  tags: TableFlag.duplicates,
  types: TableFlag.duplicates,
};

type Note = { readonly writer: LeaseHolder } | { readonly left: LeftFile };

/** Tells a file from itself after anybody wrote to it. */
interface LeftFile {
  readonly bytes: number;
  /** Nanoseconds since 1970, as text: a double cannot hold them. */
  readonly modified: string;
}

/** What still has to be looked at once LMDB can be trusted with the file. */
export type Remaining = 'nothing' | 'every commit';

/**
 * Looks through the data file as far as there is reason to: not at all when its writer is at work on it or left it
 * as it is now, else in every page.
 *
 * @throws FileDamaged before LMDB maps a file that would mislead or crash it
 */
export function requireUndamaged(folder: string): Remaining {
  const file = join(folder, 'data.mdb');
  if (!existsSync(file) || statSync(file).size === 0) return 'nothing';
  const note = readNote(folder);
  if (note !== undefined && 'writer' in note && isAlive(note.writer)) return 'nothing';
  checkHeader(file, TABLES);
  const now = asLeft(file);
  const left = note !== undefined && 'left' in note ? note.left : undefined;
  if (left?.bytes === now.bytes && left.modified === now.modified) return 'nothing';
  checkFile(file, TABLES);
  // After a crash, what LMDB committed is whole. A file that changed since it was left was changed by somebody else.
  return left !== undefined || now.bytes <= MAX_ALWAYS_CHECKED_BYTES ? 'every commit' : 'nothing';
}

/** To be called by the writer before it writes. */
export function noteWriting(folder: string): void {
  writeNote(folder, { writer: thisProcess() });
}

/** To be called by the writer after LMDB has closed the file. */
export function noteLeft(folder: string): void {
  // A folder that is gone with its log needs no note.
  if (existsSync(join(folder, 'data.mdb'))) writeNote(folder, { left: asLeft(join(folder, 'data.mdb')) });
}

function asLeft(file: string): LeftFile {
  const { size, mtimeNs } = statSync(file, { bigint: true });
  return { bytes: Number(size), modified: String(mtimeNs) };
}

function writeNote(folder: string, note: Note): void {
  writeFileSync(join(folder, NOTE), `${JSON.stringify(note)}\n`);
}

/** A note that cannot be read says nothing, and then the file is looked through. */
function readNote(folder: string): Note | undefined {
  try {
    const note = JSON.parse(readFileSync(join(folder, NOTE), 'utf8')) as Partial<Record<string, unknown>>;
    return 'writer' in note || 'left' in note ? (note as unknown as Note) : undefined;
  } catch {
    return undefined;
  }
}
