/** Checks that the nodes of a page lie one after the other, from the end of its free space to the end of the page. */
import { NODE_HEADER, PAGE_HEADER } from './layout.js';
import { lowerOf, nodeAt, nodeCount, nodeLength, upperOf, type PageSpan } from './page-nodes.js';

export class NodeLayout {
  /** The length of the node that begins at each even byte of the page; 0 where none begins. */
  readonly #lengths: Uint16Array;

  constructor(pageSize: number) {
    this.#lengths = new Uint16Array(pageSize / 2);
  }

  /** What is wrong with a page, if anything is. */
  fault(page: PageSpan, isBranch: boolean): string | undefined {
    const upper = upperOf(page);
    const end = page.size - PAGE_HEADER;
    const count = nodeCount(page);
    if (!Number.isInteger(count) || lowerOf(page) > upper || upper > end)
      return 'has its free space where none can be';
    if (count === 0) return 'is empty';
    for (let index = 0; index < count; index += 1) {
      const node = nodeAt(page, index);
      const offset = node - page.start - PAGE_HEADER;
      if (offset % 2 !== 0 || offset < upper || offset + NODE_HEADER > end)
        return 'has an entry that begins where none can';
      const length = nodeLength(page.view, node, isBranch);
      if (offset + length > end) return 'has an entry that ends behind the page';
      this.#lengths[offset / 2] = length;
    }
    return this.#isFilled(upper, end, count)
      ? undefined
      : 'has entries that do not stand one after the other';
  }

  /** Whether so many nodes lie without a gap between two places. Clears the lengths. */
  #isFilled(from: number, end: number, count: number): boolean {
    let offset = from;
    let found = 0;
    while (offset < end) {
      const length = this.#lengths[offset / 2] ?? 0;
      if (length === 0) break;
      this.#lengths[offset / 2] = 0;
      offset += length;
      found += 1;
    }
    return offset === end && found === count;
  }
}
