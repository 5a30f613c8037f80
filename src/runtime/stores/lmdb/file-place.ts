/** Whether the data file that is open is still the one at its path: the folder may be deleted or replaced under a running process. */
import { closeSync, fstatSync, openSync, readSync, statSync, type BigIntStats } from 'node:fs';

/** Tells a file from its copies, on one machine. */
export function fileIdOf(path: string): string | undefined {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats && idOf(stats);
}

/** The file that was opened at a path. */
export interface OpenFile {
  readonly path: string;
  readonly descriptor: number;
  readonly id: string;
}

export const openFileAt = (path: string, descriptor: number): OpenFile => ({
  path,
  descriptor,
  id: idOf(fstatSync(descriptor, { bigint: true })),
});

/** False when there is no file at its path now, or another one. Takes some microseconds. */
export function isInPlace({ path, descriptor, id }: OpenFile): boolean {
  let now: string | undefined;
  try {
    now = fileIdOf(path);
  } catch {
    return false;
  }
  if (now === undefined) return false;
  // Some network and FUSE file systems give a file a new number now and then.
  return now === id || haveSameHeaders(path, descriptor);
}

const idOf = ({ dev, ino }: BigIntStats): string => `${dev}:${ino}`;

/** The two header pages of LMDB, of 4 KiB mostly, change with every transaction. */
const HEADER_BYTES = 8192;

function haveSameHeaders(path: string, descriptor: number): boolean {
  let other: number;
  try {
    other = openSync(path, 'r');
  } catch {
    return false;
  }
  try {
    const [ours, theirs] = [Buffer.alloc(HEADER_BYTES), Buffer.alloc(HEADER_BYTES)];
    readSync(descriptor, ours, 0, HEADER_BYTES, 0);
    readSync(other, theirs, 0, HEADER_BYTES, 0);
    return ours.equals(theirs);
  } finally {
    closeSync(other);
  }
}
