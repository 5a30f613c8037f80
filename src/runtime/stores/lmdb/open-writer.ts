/** Opens a log to write to it: its files, room in them, and the writer lease. */
import { join } from 'node:path';
import { fileIdOf } from './file-place.js';
import { FileRoom } from './file-room.js';
import { unlinkFinishedWrites } from './lmdb-write-list-workaround.js';
import { currentIndexSum, type IndexSum } from './index-sum.js';
import { lastPosition, type LmdbFiles } from './lmdb-files.js';
import { requireEveryCommit } from './lmdb-read.js';
import { noteWriting, openLog } from './open-log.js';
import { DEFAULT_LEASE_MS, acquireLease, inUse, type WriterLease } from './writer-lease.js';

export interface OpenWriter {
  readonly folder: string;
  readonly files: LmdbFiles;
  readonly lease: WriterLease;
  readonly room: FileRoom;
  /** Over what the indexes hold when the log is opened. */
  readonly indexSum: IndexSum;
}

/**
 * @param leaseMs after this long without a renewal another process may take the writer lease
 * @param expired the state of a lease that was not renewed in time
 * @param use of what is opened; when it throws, the files are closed
 * @throws LogInUse when another process writes to it, or may do so
 * @throws FileDamaged, LogDamaged when the files are not what was written
 * @throws Error of the file system when the folder cannot be written
 */
export function openWriter<Store>(
  folder: string,
  leaseMs: number = DEFAULT_LEASE_MS,
  expired: string | undefined,
  use: (writer: OpenWriter) => Store,
): Store {
  let ofEveryCommit: IndexSum | undefined;
  const files = openLog(folder, {
    readOnly: false,
    isLeaseExpired: expired !== undefined,
    onEveryCommitChecked: (sum) => {
      ofEveryCommit = sum;
    },
  });
  let room: FileRoom | undefined;
  try {
    const file = join(folder, 'data.mdb');
    room = new FileRoom(file, files.root);
    const request = { folder, fileId: fileIdOf(file) ?? '', milliseconds: leaseMs, expired };
    const attempt = acquireLease(files, request);
    if (attempt.kind === 'held') throw inUse(folder, attempt.by);
    noteWriting(folder);
    unlinkFinishedWrites(files.root);
    const indexSum = currentIndexSum(files, ofEveryCommit, () =>
      requireEveryCommit(files, lastPosition(files)),
    );
    return use({ folder, files, lease: attempt.lease, room, indexSum });
  } catch (error) {
    room?.close();
    void files.root.close();
    throw error;
  }
}
