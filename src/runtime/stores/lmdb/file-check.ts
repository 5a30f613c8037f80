/** Tells a data file that LMDB may open from one that would mislead or crash it: LMDB maps the file and believes what it finds. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
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

/** A file whose last pages are free may end before them; no file does by more bytes than this. */
const MAX_MISSING_END = 2 ** 36;

/** What the first two pages say, and what is known of the file itself. */
interface Beginning {
  readonly file: PageFile;
  readonly length: number;
  readonly current: Meta;
}

/**
 * Requires that a data file is as LMDB wrote it: every page, the place of every key, every count, and that each page is
 * used once or listed as free. It cannot tell a key or a value from another one that would fit in the same place.
 * Reads all of the file but long values. Nobody may write to it meanwhile.
 *
 * @param path of `data.mdb`
 * @param tables that the file may have
 * @throws FileDamaged with the page and what is wrong with it
 * @throws Error of the file system
 */
export function checkFile(path: string, tables: Tables): void {
  withBeginning(path, (beginning) => {
    checkTrees(beginning, tables);
  });
}

/**
 * Requires that a data file begins as LMDB begins one and has all its pages. Reads three pages; but the whole file
 * when it is shorter than it says, as then only what its missing end was used for tells damage from free pages.
 * Nobody may write to it meanwhile.
 *
 * @throws FileDamaged with the page and what is wrong with it
 * @throws Error of the file system
 */
export function checkHeader(path: string, tables: Tables): void {
  withBeginning(path, (beginning) => {
    const { file, current, length } = beginning;
    if ((current.lastPage + 1) * file.pageSize > length) checkTrees(beginning, tables);
  });
}

function withBeginning(path: string, check: (beginning: Beginning) => void): void {
  const descriptor = openSync(path, 'r');
  try {
    check(readBeginning(path, descriptor));
  } finally {
    closeSync(descriptor);
  }
}

function readBeginning(path: string, descriptor: number): Beginning {
  const { size: length } = fstatSync(descriptor);
  if (length === 0) throw new FileDamaged(path, 'it is empty');
  const even = readMeta(path, descriptor, 0, 0);
  const file = new PageFile(path, descriptor, even.freePages.pad);
  const odd = readMeta(path, descriptor, 1, file.pageSize);
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

function readMeta(path: string, descriptor: number, page: number, at: number): Meta {
  const bytes = Buffer.alloc(META_PAGE);
  const read = readSync(descriptor, bytes, 0, META_PAGE, at);
  const view = new DataView(bytes.buffer, bytes.byteOffset, META_PAGE);
  const fault = read < META_PAGE ? 'ends early' : faultOfMeta(view, page);
  if (fault !== undefined) throw new FileDamaged(path, `page ${page} (at byte ${at}) ${fault}`);
  return metaOf(view);
}

/** Every transaction takes the page of the one before the last. A new file and a compacted copy have had none before. */
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

/** Every page that a reader or a writer could come to. */
function checkTrees({ file, current, length }: Beginning, tables: Tables): void {
  const { lastPage, transaction } = current;
  const page = transaction % METAS;
  const claims = new PageClaims(file, lastPage, Math.floor(length / file.pageSize));
  const pages = new PageCheck(file, claims, transaction);
  new TreeCheck(pages, current.freePages, freeList(pages, transaction)).run(page, 0);
  new TreeCheck(pages, current.tables, tableList(pages, tables)).run(page, 0);
  claims.requireAll();
}
