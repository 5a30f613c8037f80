/** Data files of LMDB with tables of the kinds that a log has, and the offsets of their parts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { open, type Database, type Key, type RootDatabase } from 'lmdb';
import { TableFlag, type Tables } from '../../src/runtime/stores/lmdb/file-check.js';
import {
  PageType,
  metaOf,
  treeAt,
  type Meta,
  type Tree,
} from '../../src/runtime/stores/lmdb/file-check/layout.js';
import {
  childOf,
  flagsOf,
  keyOf,
  nodeAt,
  nodeCount,
  typeOf,
  type PageSpan,
} from '../../src/runtime/stores/lmdb/file-check/page-nodes.js';

export const TABLES: Tables = { plain: 0, several: TableFlag.duplicates, versioned: TableFlag.versions };

export interface OpenTables {
  readonly root: RootDatabase;
  readonly plain: Database<Buffer>;
  readonly several: Database<Key>;
  readonly versioned: Database<unknown>;
}

/** Opens a file as the store opens it. */
export function openTables(folder: string, { readOnly = false } = {}): OpenTables {
  const options = { path: folder, readOnly, overlappingSync: false, eventTurnBatching: false };
  const root = open(options as Parameters<typeof open>[0] & { path: string });
  return {
    root,
    plain: root.openDB({ name: 'plain', encoding: 'binary' }),
    several: root.openDB({ name: 'several', encoding: 'ordered-binary', dupSort: true }),
    versioned: root.openDB({ name: 'versioned', encoding: 'msgpack', useVersions: true }),
  };
}

/** Makes a file in which there is something of everything that a file can hold. */
export async function makeDataFile(folder: string): Promise<Buffer> {
  const { root, plain, several, versioned } = openTables(folder);
  for (let first = 0; first < 400; first += 100) {
    await root.batch(() => {
      for (let key = first; key < first + 100; key += 1) {
        void plain.put(`key ${key}`, Buffer.alloc(50, key));
        for (let value = 0; value < 2; value += 1) void several.put('many', key * 2 + value);
      }
    });
  }
  await root.batch(() => {
    void plain.put('long', Buffer.alloc(9_000, 1));
    for (let value = 0; value < 5; value += 1) void several.put('some', value);
    void versioned.put('a', 'b', 7);
    for (let key = 0; key < 400; key += 7) void plain.remove(`key ${key}`);
  });
  await root.close();
  return readFileSync(join(folder, 'data.mdb'));
}

/** The bytes of a file. Places in them are counted from its beginning. */
export class DataFile {
  readonly view: DataView;
  readonly pageSize: number;
  /** The one of the first two pages that the last transaction wrote. */
  readonly metaPage: number;

  constructor(readonly bytes: Buffer) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.pageSize = metaOf(this.view).freePages.pad;
    this.metaPage = this.#meta(1).transaction > this.#meta(0).transaction ? 1 : 0;
  }

  get meta(): Meta {
    return this.#meta(this.metaPage);
  }

  get metaAt(): number {
    return this.metaPage * this.pageSize;
  }

  page(number: number): PageSpan {
    return { view: this.view, start: number * this.pageSize, size: this.pageSize };
  }

  /** Where a node of a page begins; -1 is the last one. */
  node(page: PageSpan, index: number): number {
    return this.nodes(page).at(index) ?? missing(`node ${index}`);
  }

  /** Where the nodes of a page begin, in their order. */
  nodes(page: PageSpan): readonly number[] {
    return Array.from({ length: nodeCount(page) }, (_, index) => nodeAt(page, index));
  }

  /** A page at the foot of a tree; -1 is the last one. */
  leaf(tree: Tree, index: number): PageSpan {
    return this.leaves(tree).at(index) ?? missing(`leaf ${index}`);
  }

  /** The pages at the foot of a tree, in their order. */
  leaves({ root }: Tree): readonly PageSpan[] {
    const below = (number: number): readonly PageSpan[] => {
      const page = this.page(number);
      if (typeOf(page) === PageType.leaf) return [page];
      return this.nodes(page).flatMap((node) => below(childOf(this.view, node)));
    };
    return root === undefined ? [] : below(root);
  }

  /** Where the first node of a tree begins that has these flags. */
  nodeWith(flags: number, tree: Tree): number {
    const nodes = this.leaves(tree).flatMap((page) => this.nodes(page));
    return (
      nodes.find((node) => flagsOf(this.view, node) === flags) ?? missing(`node with the flags ${flags}`)
    );
  }

  /** Where the data of a node begins. */
  dataAt(node: number): number {
    const { at, size } = keyOf(this.view, node);
    return at + size;
  }

  /** Where a table is recorded. */
  recordOf(table: string): number {
    const nodes = this.leaves(this.meta.tables).flatMap((page) => this.nodes(page));
    return this.dataAt(nodes.find((node) => this.#text(node) === `${table}\0`) ?? missing(`table ${table}`));
  }

  table(name: string): Tree {
    return treeAt(this.view, this.recordOf(name));
  }

  set16(at: number, value: number): this {
    this.view.setUint16(at, value, true);
    return this;
  }

  set32(at: number, value: number): this {
    this.view.setUint32(at, value, true);
    return this;
  }

  add(at: number, value: number): this {
    return this.set32(at, this.view.getUint32(at, true) + value);
  }

  #text(node: number): string {
    const { at, size } = keyOf(this.view, node);
    return this.bytes.toString('utf8', at, at + size);
  }

  #meta(page: number): Meta {
    return metaOf(new DataView(this.bytes.buffer, this.bytes.byteOffset + page * this.pageSize));
  }
}

function missing(what: string): never {
  throw new Error(`the file has no ${what}`);
}
