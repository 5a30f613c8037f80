/** Lets go of what lmdb keeps of each write when it is done, so that the collector need not copy it. */
import type { RootDatabase } from 'lmdb';

/** What lmdb keeps of a write: a list, in the order of the writes. */
interface LmdbWrite {
  next: LmdbWrite | null;
}

/**
 * Takes the list of writes apart behind the one that is waited for next. lmdb forgets its beginning, but no link: so once a
 * write that is done has grown old, each after it is kept until the next full collection, and everything that hangs on it.
 * Of a server that appends steadily that is much of what a collection of the young has to copy, and everybody waits for it.
 */
export function unlinkFinishedWrites(root: RootDatabase): void {
  let done: LmdbWrite | null = null;
  root.on('aftercommit', ({ next }: { readonly next: LmdbWrite }) => {
    // What does not lead there is no list as it is known here, and none of ours to change.
    if (leadsTo(done, next)) unlink(done, next);
    done = next;
  });
}

function leadsTo(from: LmdbWrite | null, to: LmdbWrite): boolean {
  let each = from;
  while (each !== null && each !== to) each = each.next;
  return each === to;
}

function unlink(from: LmdbWrite | null, to: LmdbWrite): void {
  let each = from;
  while (each !== null && each !== to) {
    const following: LmdbWrite | null = each.next;
    each.next = null;
    each = following;
  }
}
