/** Requires free space on file systems that never write in place, where no room can be reserved: some must be left. */
import { statfsSync } from 'node:fs';

/** By the type that statfs(2) tells. */
const NEVER_IN_PLACE: ReadonlyMap<number, string> = new Map([
  [0x9123683e, 'Btrfs'],
  [0x2fc12fc1, 'ZFS'],
  [0xca451a4e, 'bcachefs'],
]);

/**
 * Also the lock file, which LMDB maps and writes to with each transaction, is copied there. Without room for the copy the kernel
 * ends the process with SIGBUS.
 */
export const MIN_FREE_BYTES = 32 << 20;

/** Whether what lies in this folder is never overwritten in place. False where the file system cannot be asked. */
export function isNeverInPlace(folder: string): boolean {
  try {
    return NEVER_IN_PLACE.has(statfsSync(folder).type);
  } catch {
    return false;
  }
}

/**
 * Takes some microseconds.
 *
 * @throws Error with the code ENOSPC when less than `MIN_FREE_BYTES` and this many bytes are free
 */
export function requireFreeSpace(folder: string, bytes: number): void {
  const { bavail, bsize, type } = statfsSync(folder);
  if (bavail * bsize >= bytes + MIN_FREE_BYTES) return;
  const name = NEVER_IN_PLACE.get(type) ?? 'this file system';
  const message = `ENOSPC: on ${name}, ${MIN_FREE_BYTES / 2 ** 20} MiB must be left free: without room to copy a page, the kernel ends the process`;
  throw Object.assign(new Error(message), { code: 'ENOSPC' });
}
