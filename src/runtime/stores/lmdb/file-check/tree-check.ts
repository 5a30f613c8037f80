/** Walks one tree of a data file and checks everything that LMDB relies on when it reads it. */
import { NodeFlag, type Key, type Tree } from './layout.js';
import { UNBOUNDED, type Bounds, type KeyOrder, type PageCheck } from './page-check.js';
import { childOf, dataSizeOf, flagsOf, keyOf, nodeAt, nodeCount, type PageSpan } from './page-nodes.js';

/** A key of a leaf, and where its data is. */
export interface Entry {
  readonly key: Key;
  readonly flags: number;
  readonly dataSize: number;
  /** Offset of the data in the buffer of the key, unless it is on overflow pages. */
  readonly dataAt: number;
  /** The first of the overflow pages, if the data is there. */
  readonly dataPage: number | undefined;
  /** The page of the key. */
  readonly page: number;
  /** The first level whose buffer another walk may use. */
  readonly level: number;
}

/** How one kind of tree differs from another. */
export interface TreeKind extends KeyOrder {
  /** For messages: `the table ids`. */
  readonly name: string;
  /**
   * Checks the data of a key.
   *
   * @returns how many entries that is, or a check of the tree that is there, which ends with it
   * @throws FileDamaged
   */
  check(entry: Entry): number | CheckInSteps<number>;
}

/** Yields after each leaf page, for other work to get a turn. */
export type CheckInSteps<Result> = Generator<undefined, Result>;

export class TreeCheck {
  #branchPages = 0;
  #leafPages = 0;
  #overflowPages = 0;
  #entries = 0;

  constructor(
    private readonly pages: PageCheck,
    private readonly tree: Tree,
    private readonly kind: TreeKind,
  ) {}

  /**
   * @param recordedOn the page of the tree's record
   * @param level the first whose buffer the walk may use
   * @throws FileDamaged
   */
  *run(recordedOn: number, level: number): CheckInSteps<void> {
    const { root, depth } = this.tree;
    if (root !== undefined) yield* this.#visit(root, 1, level, UNBOUNDED);
    const counts: readonly (readonly [what: string, recorded: number, found: number])[] = [
      ['levels', depth, root === undefined ? 0 : Math.max(depth, 1)],
      ['branch pages', this.tree.branchPages, this.#branchPages],
      ['leaf pages', this.tree.leafPages, this.#leafPages],
      ['overflow pages', this.tree.overflowPages, this.#overflowPages],
      ['entries', this.tree.entries, this.#entries],
    ];
    for (const [what, recorded, found] of counts) {
      if (recorded === found) continue;
      const fault = `says that ${this.kind.name} has ${recorded} ${what}, but it has ${found}`;
      throw this.pages.file.damaged(recordedOn, fault);
    }
  }

  /** @param height in this tree: 1 at the root, the tree's depth at the leaves */
  *#visit(number: number, height: number, level: number, bounds: Bounds): CheckInSteps<void> {
    const isBranch = height < this.tree.depth;
    const page = this.pages.page(number, isBranch, level);
    this.pages.nodes(page, number, isBranch, this.kind, bounds);
    if (isBranch) yield* this.#visitBelow(page, height, level, bounds);
    else yield* this.#checkEntries(page, number, level);
  }

  *#visitBelow(page: PageSpan, height: number, level: number, { from, before }: Bounds): CheckInSteps<void> {
    this.#branchPages += 1;
    const last = nodeCount(page) - 1;
    for (let index = 0; index <= last; index += 1) {
      const node = nodeAt(page, index);
      yield* this.#visit(childOf(page.view, node), height + 1, level + 1, {
        from: index === 0 ? from : keyOf(page.view, node),
        before: index === last ? before : keyOf(page.view, nodeAt(page, index + 1)),
      });
    }
  }

  *#checkEntries(page: PageSpan, number: number, level: number): CheckInSteps<void> {
    this.#leafPages += 1;
    for (let index = 0; index < nodeCount(page); index += 1) {
      const node = nodeAt(page, index);
      const key = keyOf(page.view, node);
      const flags = flagsOf(page.view, node);
      let dataPage: number | undefined;
      if ((flags & NodeFlag.overflow) !== 0) {
        const { first, count } = this.pages.overflow(page, number, node);
        this.#overflowPages += count;
        dataPage = first;
      }
      const checked = this.kind.check({
        key,
        flags,
        dataSize: dataSizeOf(page.view, node),
        dataAt: key.at + key.size,
        dataPage,
        page: number,
        level: level + 1,
      });
      this.#entries += typeof checked === 'number' ? checked : yield* checked;
    }
    yield undefined;
  }
}
