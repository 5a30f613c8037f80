/** Checks one page of a data file, whichever tree it belongs to. */
import { PageType, largestKey, pagesFor, u64, type Key } from './layout.js';
import { NodeLayout } from './node-layout.js';
import type { EntryListener } from './entry-listener.js';
import type { PageClaims } from './page-claims.js';
import type { PageFile } from './page-file.js';
import { dataSizeOf, keyOf, nodeAt, nodeCount, type PageSpan } from './page-nodes.js';

/** The keys of a tree: their sizes and their order. */
export interface KeyOrder {
  isSize(size: number): boolean;
  /** Below 0 when the first key comes before the second. */
  compare(one: Key, other: Key): number;
}

/** Which keys a page may have: from the first on and before the second. */
export interface Bounds {
  readonly from: Key | undefined;
  readonly before: Key | undefined;
}

export const UNBOUNDED: Bounds = { from: undefined, before: undefined };

/** The overflow pages of one node. */
export interface OverflowPages {
  readonly first: number;
  readonly count: number;
}

export class PageCheck {
  readonly #layout: NodeLayout;
  readonly #largestKey: number;

  /** @param transaction the last one: no page is of a later one */
  constructor(
    readonly file: PageFile,
    readonly claims: PageClaims,
    private readonly transaction: number,
    readonly entries?: EntryListener,
  ) {
    this.#layout = new NodeLayout(file.pageSize);
    this.#largestKey = largestKey(file.pageSize);
  }

  /**
   * Reads a page of a tree and claims it.
   *
   * @param level whose buffer is used
   * @throws FileDamaged
   */
  page(number: number, isBranch: boolean, level: number): PageSpan {
    this.claims.use(number, 1);
    const view = this.file.page(number, level);
    this.#requireHeader(view, number, isBranch ? PageType.branch : PageType.leaf);
    return { view, start: 0, size: this.file.pageSize };
  }

  /**
   * Finds the nodes of a page, or of a sub-page in a node, and checks that their keys are in order.
   *
   * @throws FileDamaged
   */
  nodes(page: PageSpan, number: number, isBranch: boolean, order: KeyOrder, { from, before }: Bounds): void {
    const fault = this.#layout.fault(page, isBranch);
    if (fault !== undefined) throw this.file.damaged(number, fault);
    let last: Key | undefined;
    // The first key of a branch is not used: all keys below the second are under it.
    for (let index = isBranch ? 1 : 0; index < nodeCount(page); index += 1) {
      const key = keyOf(page.view, nodeAt(page, index));
      if (key.size === 0 || key.size > this.#largestKey || !order.isSize(key.size))
        throw this.file.damaged(number, `has a key of ${key.size} bytes`);
      if (last !== undefined && order.compare(last, key) >= 0)
        throw this.file.damaged(number, 'has its keys out of order');
      if (last === undefined && from !== undefined && order.compare(from, key) > 0)
        throw this.file.damaged(number, 'has a key that belongs on a page before it');
      last = key;
    }
    if (last !== undefined && before !== undefined && order.compare(last, before) >= 0)
      throw this.file.damaged(number, 'has a key that belongs on a page after it');
  }

  /**
   * Claims the overflow pages of a node. Only the header of the first one is read.
   *
   * @throws FileDamaged
   */
  overflow({ view }: PageSpan, number: number, node: number): OverflowPages {
    const { at, size } = keyOf(view, node);
    const first = u64(view, at + size);
    const count = u64(view, at + size + 16);
    if (count < pagesFor(dataSizeOf(view, node), this.file.pageSize))
      throw this.file.damaged(number, 'leads to data that is larger than the pages it has');
    this.claims.use(first, count);
    const header = this.file.header(first);
    this.#requireHeader(header, first, PageType.overflow);
    if (header.getUint32(20, true) !== count)
      throw this.file.damaged(first, `is not the first of ${count} pages`);
    return { first, count };
  }

  #requireHeader(view: DataView, number: number, type: number): void {
    if (u64(view, 0) !== number) throw this.file.damaged(number, `says that it is page ${u64(view, 0)}`);
    if (u64(view, 8) > this.transaction)
      throw this.file.damaged(
        number,
        `is of transaction ${u64(view, 8)}, but the last one was ${this.transaction}`,
      );
    if (view.getUint16(18, true) !== type)
      throw this.file.damaged(number, 'is not of the kind that is wanted there');
  }
}
