/** Checks a data file before LMDB opens it: LMDB maps the file without checks, and a damaged one may mislead or crash it. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { EntryListener } from './file-check/entry-listener.js';
import { freeList } from './file-check/free-list.js';
import { META_PAGE, METAS, faultOfMeta, metaOf, u64, type Meta } from './file-check/layout.js';
import { PageCheck } from './file-check/page-check.js';
import { PageClaims } from './file-check/page-claims.js';
import { FileDamaged, PageFile } from './file-check/page-file.js';
import { TreeCheck } from './file-check/tree-check.js';
import { tableList, type Tables } from './file-check/tree-kinds.js';

export { TreeFlag as TableFlag } from './file-check/layout.js';
export { FileDamaged } from './file-check/page-file.js';
export type { Tables } from './file-check/tree-kinds.js';

/** A file may end before its last pages if they are free: by this many bytes at most. */
const MAX_MISSING_END = 2 ** 36;

/** The first two pages, and the file itself. */
interface FileStart {
  readonly file: PageFile;
  readonly length: number;
  readonly current: Meta;
}

/**
 * Requires that a data file is as LMDB wrote it: every page, the place of every key, every count, and that each page is
 * used once or listed as free. Not detected: a key or a value that was replaced by another one that fits in its place.
 * Reads all of the file except long values. Nothing may write to it meanwhile, unless a read transaction keeps the pages.
 *
 * @param path of `data.mdb`
 * @param tables that the file may have
 * @param entries told of them
 * @throws FileDamaged with the page and what is wrong with it
 * @throws Error of the file system
 */
export function checkFile(path: string, tables: Tables, entries?: EntryListener): void {
  withFileStart(path, (beginning) => {
    atOnce(checkTrees(beginning, tables, entries));
  });
}

/**
 * The same in steps, between which other work can have a turn. A read transaction must keep the pages meanwhile.
 *
 * @throws FileDamaged with the page and what is wrong with it
 * @throws Error of the file system
 */
export function* checkFileInSteps(
  path: string,
  tables: Tables,
  entries?: EntryListener,
): Generator<undefined, void> {
  const descriptor = openSync(path, 'r');
  try {
    yield* checkTrees(readFileStart(path, descriptor), tables, entries);
  } finally {
    closeSync(descriptor);
  }
}

function atOnce(steps: Generator<undefined, void>): void {
  while (steps.next().done !== true);
}

/**
 * Requires that the first pages of a data file are sound and that it is complete. Reads three pages; but the whole file
 * when it is shorter than its header says, to find out whether the missing pages were free. Nothing may write to it meanwhile.
 *
 * @throws FileDamaged with the page and what is wrong with it
 * @throws Error of the file system
 */
export function checkHeader(path: string, tables: Tables): void {
  withFileStart(path, (beginning) => {
    const { file, current, length } = beginning;
    if ((current.lastPage + 1) * file.pageSize > length) atOnce(checkTrees(beginning, tables));
  });
}

/**
 * The number of the last transaction; undefined when the first pages cannot be read. What they lead to is not looked at, so
 * that the number also tells of transactions that end meanwhile.
 */
export function lastTransaction(path: string): number | undefined {
  const descriptor = openSync(path, 'r');
  try {
    const { even, odd } = readMetas(path, descriptor);
    return Math.max(even.transaction, odd.transaction);
  } catch (error) {
    if (error instanceof FileDamaged) return undefined;
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

function withFileStart(path: string, check: (beginning: FileStart) => void): void {
  const descriptor = openSync(path, 'r');
  try {
    check(readFileStart(path, descriptor));
  } finally {
    closeSync(descriptor);
  }
}

function readFileStart(path: string, descriptor: number): FileStart {
  const { size: length } = fstatSync(descriptor);
  if (length === 0) throw new FileDamaged(path, 'it is empty');
  const { even, odd } = readMetas(path, descriptor);
  const file = new PageFile(path, descriptor, even.freePages.pad);
  if (odd.freePages.pad !== file.pageSize)
    throw file.damaged(
      1,
      `says that pages have ${odd.freePages.pad} bytes, but page 0 says ${file.pageSize}`,
    );
  const [older, current] = odd.transaction > even.transaction ? [even, odd] : [odd, even];
  requireInTurn(file, older, current);
  if ((current.lastPage + 1) * file.pageSize > length + MAX_MISSING_END)
    throw new FileDamaged(path, `its last page is ${current.lastPage}, but it has only ${length} bytes`);
  return { file, length, current };
}

function readMetas(path: string, descriptor: number): { readonly even: Meta; readonly odd: Meta } {
  const even = readMeta(path, descriptor, 0, 0);
  return { even, odd: readMeta(path, descriptor, 1, even.freePages.pad) };
}

function readMeta(path: string, descriptor: number, page: number, at: number): Meta {
  const bytes = Buffer.alloc(META_PAGE);
  const read = readSync(descriptor, bytes, 0, META_PAGE, at);
  const view = new DataView(bytes.buffer, bytes.byteOffset, META_PAGE);
  const fault = read < META_PAGE ? 'ends early' : faultOfMeta(view, page);
  if (fault !== undefined) throw new FileDamaged(path, `page ${page} (at byte ${at}) ${fault}`);
  return metaOf(view);
}

/** The two meta pages are written in turn. A new file and a compacted copy have written only one. */
function requireInTurn(file: PageFile, older: Meta, current: Meta): void {
  const isFirst = older.transaction === 0 && older.tables.root === undefined;
  if (!isFirst && current.transaction !== older.transaction + 1)
    throw new FileDamaged(
      file.path,
      `its first pages are of transactions ${older.transaction} and ${current.transaction}, which do not follow each other`,
    );
  const { root } = current.tables;
  if (root === undefined) return;
  if (root < METAS || root > current.lastPage)
    throw file.damaged(root, 'cannot be where the tables are listed');
  const writtenBy = u64(file.header(root), 8);
  if (!isFirst && writtenBy !== current.transaction)
    throw file.damaged(
      root,
      `lists the tables of transaction ${writtenBy}, but the last one was ${current.transaction}`,
    );
}

/** Every page that a reader or a writer can reach. */
function* checkTrees(
  { file, current, length }: FileStart,
  tables: Tables,
  entries?: EntryListener,
): Generator<undefined, void> {
  const { lastPage, transaction } = current;
  const page = transaction % METAS;
  const claims = new PageClaims(file, lastPage, Math.floor(length / file.pageSize));
  const pages = new PageCheck(file, claims, transaction, entries);
  yield* new TreeCheck(pages, current.freePages, freeList(pages, transaction)).run(page, 0);
  yield* new TreeCheck(pages, current.tables, tableList(pages, tables)).run(page, 0);
  claims.requireAll();
}
