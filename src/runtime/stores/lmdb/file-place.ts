/** Whether the data file that is open is still the one at its path: the folder may be deleted or replaced under a running process. */
import { closeSync, fstatSync, openSync, readSync, statSync, type BigIntStats } from 'node:fs';

/** Tells a file from its copies, on one machine. */
export function fileIdOf(path: string): string | undefined {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats && idOf(stats);
}

/**
 * @param descriptor of the file that was opened at the path
 * @returns false when there is none at the path now, or another one. Takes some microseconds
 */
export function isInPlace(path: string, descriptor: number): boolean {
  let stats: BigIntStats | undefined;
  try {
    stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    return false;
  }
  if (stats === undefined) return false;
  // Some network and FUSE file systems give a file a new number now and then.
  return idOf(stats) === idOf(fstatSync(descriptor, { bigint: true })) || haveSameHeaders(path, descriptor);
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
