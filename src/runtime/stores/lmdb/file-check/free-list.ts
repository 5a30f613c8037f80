/** The tree that lists the free pages, by the transaction that freed them. */
import { NodeFlag, compareNumbers, i64, u64 } from './layout.js';
import type { PageCheck } from './page-check.js';
import type { Entry, TreeKind } from './tree-check.js';

/** Bytes of a number. */
const WORD = 8;

/** @param transaction the last one: no page was freed by a later one */
export function freeList(pages: PageCheck, transaction: number): TreeKind {
  return {
    name: 'the list of free pages',
    isSize: (size) => size === WORD,
    compare: compareNumbers,
    check(entry) {
      const freedBy = u64(entry.key.view, entry.key.at);
      if (freedBy === 0 || freedBy > transaction)
        throw pages.file.damaged(
          entry.page,
          `lists what transaction ${freedBy} freed, which there never was`,
        );
      if ((entry.flags & ~NodeFlag.overflow) !== 0 || entry.dataSize === 0 || entry.dataSize % WORD !== 0)
        throw pages.file.damaged(entry.page, 'holds no list of free pages where there is one');
      claimListed(pages, entry);
      return 1;
    },
  };
}

/**
 * A list begins with its length. Each number is a page; or, if negative, the count of free pages that begin at the page of the
 * next number; or 0, an empty place. Bytes after the list are not used.
 */
function claimListed(pages: PageCheck, entry: Entry): void {
  const numbers = numbersIn(pages, entry);
  const count = Number(numbers.next().value);
  if (count < 0 || (count + 1) * WORD > entry.dataSize)
    throw pages.file.damaged(entry.page, 'holds a list of free pages that is longer than its place');
  let run: number | undefined;
  for (let index = 0; index < count; index += 1) {
    const number = Number(numbers.next().value);
    if (run !== undefined) {
      pages.claims.free(number, run);
      run = undefined;
    } else if (number < 0) run = -number;
    else if (number > 0) pages.claims.free(number, 1);
  }
  if (run !== undefined)
    throw pages.file.damaged(entry.page, 'holds a list of free pages that ends too early');
}

function* numbersIn(
  pages: PageCheck,
  { key, dataAt, dataSize, dataPage }: Entry,
): Iterator<number, undefined> {
  const pieces =
    dataPage === undefined
      ? [new DataView(key.view.buffer, key.view.byteOffset + dataAt, dataSize)]
      : pages.file.data(dataPage, dataSize);
  for (const piece of pieces) for (let at = 0; at < piece.byteLength; at += WORD) yield i64(piece, at);
}
