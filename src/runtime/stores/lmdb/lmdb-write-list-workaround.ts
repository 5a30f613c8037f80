/**
 * Unlinks finished writes from lmdb's internal list, which otherwise keeps them alive: the old generation of the heap grows by 179
 * instead of 48 bytes for each append (8,000 appends, three paired runs; `test/faults/old-garbage.spec.ts` has the bound).
 */
import type { RootDatabase } from 'lmdb';

/** What lmdb keeps of a write: a linked list, in the order of the writes. */
interface LmdbWrite {
  next: LmdbWrite | null;
}

/**
 * lmdb drops its reference to the beginning of the list but keeps the links. So once a finished write is in the old generation
 * of the heap, it keeps every later write alive until the next full collection, during which all requests wait.
 */
export function unlinkFinishedWrites(root: RootDatabase): void {
  let finished: LmdbWrite | null = null;
  root.on('aftercommit', ({ next }: { readonly next: LmdbWrite }) => {
    // If this is not the list that this version of lmdb has, it is left alone.
    if (leadsTo(finished, next)) unlink(finished, next);
    finished = next;
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
