/** The kinds of trees of a log: the list of tables, a table, and the values of one key. */
import { unpack } from 'msgpackr';
import {
  NodeFlag,
  PAGE_HEADER,
  PageType,
  TREE_RECORD,
  TreeFlag,
  compareBytes,
  treeAt,
  type Key,
} from './layout.js';
import { UNBOUNDED, type PageCheck } from './page-check.js';
import { dataSizeOf, flagsOf, keyOf, nodeAt, nodeCount, typeOf, type PageSpan } from './page-nodes.js';
import { TreeCheck, type CheckInSteps, type Entry, type TreeKind } from './tree-check.js';
import { INDEX_SUM } from './entry-listener.js';

/** The tables that a file may have, and the flags that each was created with. */
export type Tables = Readonly<Record<string, number>>;

/** Bytes of the version before the data, in a table that has versions. */
const VERSION = 8;

const BYTES = { isSize: () => true, compare: compareBytes };

/** The tables by their names. */
export function tableList(pages: PageCheck, tables: Tables): TreeKind {
  return {
    name: 'the list of tables',
    ...BYTES,
    *check(entry) {
      const stored = textOf(entry.key);
      const known = Object.entries(tables).find(([name]) => stored === `${name}\0`);
      if (known === undefined)
        throw pages.file.damaged(entry.page, `names a table ${JSON.stringify(stored)}`);
      const [name, flags] = known;
      if (entry.flags !== NodeFlag.tree)
        throw pages.file.damaged(entry.page, `does not lead to the table ${name}`);
      yield* checkTree(pages, entry, flags, table(pages, name, flags));
      return 1;
    },
  };
}

/** The entries of a table. */
function table(pages: PageCheck, name: string, tableFlags: number): TreeKind {
  const severalValues = (tableFlags & TreeFlag.duplicates) !== 0;
  const smallest = (tableFlags & TreeFlag.versions) === 0 ? 0 : VERSION;
  return {
    name: `the table ${name}`,
    ...BYTES,
    check(entry) {
      const isWanted = pages.entries?.wants(name, entry.key) ?? false;
      if (severalValues && (entry.flags & NodeFlag.duplicates) !== 0)
        return checkValues(pages, name, entry, isWanted);
      if (entry.flags !== 0 && (severalValues || entry.flags !== NodeFlag.overflow))
        throw pages.file.damaged(entry.page, `holds an entry of a kind that the table ${name} has not`);
      if (entry.dataSize < smallest) throw pages.file.damaged(entry.page, 'holds an entry without a version');
      if (entry.dataPage === undefined) {
        if (isWanted) pages.entries?.value(dataOf(entry));
        if (smallest === VERSION && textOf(entry.key) === INDEX_SUM)
          pages.entries?.keptSum(keptText(dataOf(entry)));
      }
      return 1;
    },
  };
}

/** The values of a key that has several: a sub-page in the node, or a tree when they are many. */
function checkValues(
  pages: PageCheck,
  tableName: string,
  entry: Entry,
  isWanted: boolean,
): number | CheckInSteps<number> {
  const kind = values(pages, `a key of the table ${tableName}`, isWanted);
  if (entry.flags === (NodeFlag.duplicates | NodeFlag.tree)) return checkTree(pages, entry, 0, kind);
  const span: PageSpan = { view: entry.key.view, start: entry.dataAt, size: entry.dataSize };
  if (entry.flags !== NodeFlag.duplicates || span.size < PAGE_HEADER || typeOf(span) !== PageType.subPage)
    throw pages.file.damaged(entry.page, `holds values in a way that the table ${tableName} does not`);
  pages.nodes(span, entry.page, false, kind, UNBOUNDED);
  for (let index = 0; index < nodeCount(span); index += 1) {
    const node = nodeAt(span, index);
    requireNothingUnder(pages, entry.page, flagsOf(span.view, node), dataSizeOf(span.view, node));
    if (isWanted) pages.entries?.value(keyOf(span.view, node));
  }
  return nodeCount(span);
}

/** The values of one key: they are keys of this tree, without data. */
function values(pages: PageCheck, name: string, isWanted: boolean): TreeKind {
  return {
    name,
    ...BYTES,
    check({ key, page, flags, dataSize }) {
      requireNothingUnder(pages, page, flags, dataSize);
      if (isWanted) pages.entries?.value(key);
      return 1;
    },
  };
}

function requireNothingUnder(pages: PageCheck, page: number, flags: number, dataSize: number): void {
  if (flags !== 0 || dataSize !== 0) throw pages.file.damaged(page, 'holds a value with something under it');
}

/** The tree whose record is the data of an entry. @returns how many entries it has */
function* checkTree(pages: PageCheck, entry: Entry, flags: number, kind: TreeKind): CheckInSteps<number> {
  if (entry.dataSize !== TREE_RECORD) throw pages.file.damaged(entry.page, `does not lead to ${kind.name}`);
  const tree = treeAt(entry.key.view, entry.dataAt);
  if (tree.flags !== flags || tree.pad !== 0)
    throw pages.file.damaged(entry.page, `says that ${kind.name} has options that it was not made with`);
  yield* new TreeCheck(pages, tree, kind).run(entry.page, entry.level);
  return tree.entries;
}

const textOf = ({ view, at, size }: Key): string =>
  Buffer.from(view.buffer, view.byteOffset + at, size).toString();

const dataOf = ({ key, dataAt, dataSize }: Entry): Key => ({ view: key.view, at: dataAt, size: dataSize });

/** A text in MessagePack after its version; empty when that cannot be read. */
function keptText({ view, at, size }: Key): string {
  const bytes = Buffer.from(view.buffer, view.byteOffset + at + VERSION, size - VERSION);
  try {
    return String(unpack(bytes));
  } catch {
    return '';
  }
}
