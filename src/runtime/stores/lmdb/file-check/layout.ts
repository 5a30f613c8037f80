/** How LMDB lays out its data file: the format of mdb.c as lmdb 3.5.6 bundles it, on a little-endian machine. */

/** Bytes of a page's header: its number, the transaction that wrote it, its type, and the bounds of its free space. */
export const PAGE_HEADER = 24;
/** Bytes of a node's header: the size of its data or the number of its child page, its flags, the size of its key. */
export const NODE_HEADER = 8;
/** Bytes of a tree's record: its flags, its depth, its counts, and its root. */
export const TREE_RECORD = 48;
/** Bytes in a node that refer to data on overflow pages: the first page, the transaction, and the number of pages. */
export const OVERFLOW_RECORD = 24;
/** Pages 0 and 1 are written in turn; a reader begins at the one with the later transaction. */
export const METAS = 2;
/** Bytes that are used of such a page. */
export const META_PAGE = 168;

const MAGIC = 0xbeefc0de;
const VERSION = 2;
const MIN_PAGE_BYTES = 512;
const MAX_PAGE_BYTES = 65536;

export const PageType = { branch: 0x01, leaf: 0x02, overflow: 0x04, meta: 0x08, subPage: 0x42 } as const;
export const NodeFlag = { overflow: 0x01, tree: 0x02, duplicates: 0x04 } as const;
export const TreeFlag = { duplicates: 0x04, integerKeys: 0x08, versions: 0x100 } as const;

/** One B+ tree: a table, the list of tables, the list of free pages, or the values of one key. */
export interface Tree {
  /** The page size in the tree of free pages, 0 in every other. */
  readonly pad: number;
  readonly flags: number;
  /** Pages on the path from the root to an entry, both included. */
  readonly depth: number;
  readonly branchPages: number;
  readonly leafPages: number;
  readonly overflowPages: number;
  readonly entries: number;
  /** `undefined` when the tree is empty. */
  readonly root: number | undefined;
}

/** A meta page: the roots of one state of the file. */
export interface Meta {
  readonly transaction: number;
  readonly freePages: Tree;
  readonly tables: Tree;
  readonly lastPage: number;
}

/** An unsigned number of 64 bits. Past 2^53 it is not exact, but still larger than anything that a file can hold. */
export function u64(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
}

export function i64(view: DataView, at: number): number {
  return view.getInt32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
}

const holdsNoPage = (view: DataView, at: number): boolean =>
  view.getUint32(at, true) === 0xffffffff && view.getUint32(at + 4, true) === 0xffffffff;

export function treeAt(view: DataView, at: number): Tree {
  return {
    pad: view.getUint32(at, true),
    flags: view.getUint16(at + 4, true),
    depth: view.getUint16(at + 6, true),
    branchPages: u64(view, at + 8),
    leafPages: u64(view, at + 16),
    overflowPages: u64(view, at + 24),
    entries: u64(view, at + 32),
    root: holdsNoPage(view, at + 40) ? undefined : u64(view, at + 40),
  };
}

export function metaOf(view: DataView): Meta {
  return {
    freePages: treeAt(view, 48),
    tables: treeAt(view, 96),
    lastPage: u64(view, 144),
    transaction: u64(view, 152),
  };
}

/** What is wrong with one of the first two pages, if anything is. */
export function faultOfMeta(view: DataView, page: number): string | undefined {
  const { transaction, freePages, tables, lastPage } = metaOf(view);
  if (view.getUint32(24, true) !== MAGIC) return 'is not the beginning of an LMDB file';
  if (view.getUint32(28, true) !== VERSION)
    return 'says that the file has a format which this version does not read';
  if (u64(view, 0) !== page || view.getUint16(18, true) !== PageType.meta)
    return 'is not marked as a page of this kind';
  if (!isPageSize(freePages.pad)) return `says that pages have ${freePages.pad} bytes`;
  if (freePages.flags !== TreeFlag.integerKeys || tables.flags !== 0 || tables.pad !== 0)
    return 'says that the file was made with options which no log has';
  if (lastPage < METAS - 1) return `says that the last page is ${lastPage}`;
  if (transaction !== 0 && transaction % METAS !== page)
    return `holds transaction ${transaction}, which belongs on the other page`;
  return undefined;
}

const isPageSize = (size: number): boolean =>
  size >= MIN_PAGE_BYTES && size <= MAX_PAGE_BYTES && (size & (size - 1)) === 0;

/** A larger node has its data on overflow pages (`me_nodemax`). */
const largestNode = (pageSize: number): number => (((pageSize - PAGE_HEADER) / 2) & -2) - 2;

/** `me_maxkey`. */
export const largestKey = (pageSize: number): number => largestNode(pageSize) - NODE_HEADER - TREE_RECORD;

/** How many overflow pages data of this size takes. */
export const pagesFor = (size: number, pageSize: number): number =>
  Math.ceil((PAGE_HEADER + size) / pageSize);

/** A key in a buffer. */
export interface Key {
  readonly view: DataView;
  readonly at: number;
  readonly size: number;
}

/** Byte order, a prefix first: how LMDB compares the keys of every table. */
export function compareBytes(one: Key, other: Key): number {
  const common = Math.min(one.size, other.size);
  let offset = 0;
  for (; offset + 4 <= common; offset += 4) {
    const difference = one.view.getUint32(one.at + offset) - other.view.getUint32(other.at + offset);
    if (difference !== 0) return difference;
  }
  for (; offset < common; offset += 1) {
    const difference = one.view.getUint8(one.at + offset) - other.view.getUint8(other.at + offset);
    if (difference !== 0) return difference;
  }
  return one.size - other.size;
}

/** By numeric value: the keys of the tree of free pages. */
export const compareNumbers = (one: Key, other: Key): number =>
  u64(one.view, one.at) - u64(other.view, other.at);
