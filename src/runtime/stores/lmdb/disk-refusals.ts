/** What the disk refuses: room for a commit before it is written, or to write or flush it. */
import { StorageFull } from '../../event-log/errors.js';
import type { FileRoom, WriteSize } from './file-room.js';

/** @throws StorageFull */
export function takeRoom(room: FileRoom, size: WriteSize): void {
  try {
    room.take(size);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'ENOSPC' || code === 'EDQUOT' ? new StorageFull({ cause: error }) : error;
  }
}

/**
 * Why a commit was refused.
 *
 * @param error what lmdb rejected with
 * @param report is told in a sentence what to do
 */
export async function flushFailure(
  folder: string,
  error: unknown,
  report: (sentence: string) => void = warn,
): Promise<Error> {
  const failure = await reasonOf(error);
  report(
    `${folder}: the disk refused a commit (${failure.message}). What was acknowledged is kept; nothing more is recorded. ` +
      'Look after the disk, then start the process again.',
  );
  return failure;
}

function warn(sentence: string): void {
  process.emitWarning(sentence, 'CommitNotFlushed');
}

/** lmdb rejects with an error that has a promise of the reason, which is rejected too. */
async function reasonOf(error: unknown): Promise<Error> {
  const { commitError } = error as { readonly commitError?: Promise<never> };
  try {
    await commitError;
  } catch (reason) {
    if (reason instanceof Error) return reason;
  }
  return error instanceof Error ? error : new Error(String(error));
}
