/** Reads the nodes of a page: offsets, flags, keys and data. */
import { NODE_HEADER, NodeFlag, OVERFLOW_RECORD, PAGE_HEADER, type Key } from './layout.js';

/** A page in a buffer, or a sub-page in a node of it. */
export interface PageSpan {
  readonly view: DataView;
  readonly start: number;
  readonly size: number;
}

const POINTER = 2;

export const typeOf = ({ view, start }: PageSpan): number => view.getUint16(start + 18, true);

/** Where the pointers to the nodes end and where the nodes begin, in bytes after the page's header. */
export const lowerOf = ({ view, start }: PageSpan): number => view.getUint16(start + 20, true);
export const upperOf = ({ view, start }: PageSpan): number => view.getUint16(start + 22, true);

export const nodeCount = (page: PageSpan): number => lowerOf(page) / POINTER;

/** Where in the buffer a node begins. */
export const nodeAt = ({ view, start }: PageSpan, index: number): number =>
  start + PAGE_HEADER + view.getUint16(start + PAGE_HEADER + POINTER * index, true);

export const flagsOf = (view: DataView, node: number): number => view.getUint16(node + 4, true);

/** The page below, of a node in a branch. */
export const childOf = (view: DataView, node: number): number =>
  flagsOf(view, node) * 2 ** 32 + view.getUint32(node, true);

/** The size of the data, of a node in a leaf. */
export const dataSizeOf = (view: DataView, node: number): number => view.getUint32(node, true);

export const keyOf = (view: DataView, node: number): Key => ({
  view,
  at: node + NODE_HEADER,
  size: view.getUint16(node + 6, true),
});

/** The bytes that a node takes in the page; the next one begins at an even byte. */
export function nodeLength(view: DataView, node: number, isBranch: boolean): number {
  const length = NODE_HEADER + view.getUint16(node + 6, true) + (isBranch ? 0 : storedSize(view, node));
  return length + (length % 2);
}

const storedSize = (view: DataView, node: number): number =>
  (flagsOf(view, node) & NodeFlag.overflow) === 0 ? dataSizeOf(view, node) : OVERFLOW_RECORD;
