/** Where events stand that a query may mean, found by leaps: from one commit to the next that all of its conditions name. */
import type { Database } from 'lmdb';
import type { Position, Query, QueryItem } from '../../event-log/event.js';
import type { LmdbFiles } from './lmdb-files.js';

/** The last positions of some commits, in one direction. */
export interface CommitCursor {
  /** The first of them at or past a place, in the list's direction, in which places only move on; undefined: none is left. */
  seek(from: Position): Position | undefined;
}

/** How many entries are read at a time: few at first, since the answer is often the first of them. */
const [MIN_CHUNK, MAX_CHUNK] = [4, 256];

/** Reads so many entries from a place on, in the list's direction. */
type ReadEntries = (from: Position, limit: number) => Iterable<Position>;

/** What is stored as a list, a stride at a time. */
class IndexCursor implements CommitCursor {
  #stride: readonly Position[] = [];
  #index = 0;
  #length = MIN_CHUNK;
  /** Nothing more follows on the stride. */
  #isLast = false;

  constructor(
    private readonly read: ReadEntries,
    private readonly backwards: boolean,
  ) {}

  seek(from: Position): Position | undefined {
    for (let entry = this.#current(); entry !== undefined; entry = this.#current()) {
      if (this.backwards ? entry <= from : entry >= from) return entry;
      this.#index += 1;
    }
    if (this.#isLast) return undefined;
    this.#stride = Array.from(this.read(from, this.#length));
    this.#index = 0;
    this.#isLast = this.#stride.length < this.#length;
    this.#length = Math.min(2 * this.#length, MAX_CHUNK);
    return this.#stride[0];
  }

  #current(): Position | undefined {
    return this.#stride[this.#index];
  }
}

/** What stands in any of the lists. They are kept in a heap, so that of a thousand only those that are passed have to move. */
class UnionCursor implements CommitCursor {
  /** The nearest first, by binary heap: nobody is farther than the two that follow on it. Empty lists are not in it. */
  readonly #heap: { readonly list: CommitCursor; at: Position }[] = [];
  #hasBegun = false;

  constructor(
    private readonly lists: readonly CommitCursor[],
    private readonly backwards: boolean,
  ) {}

  seek(from: Position): Position | undefined {
    if (!this.#hasBegun) this.#begin(from);
    for (let [nearest] = this.#heap; nearest !== undefined; [nearest] = this.#heap) {
      if (!this.#isBefore(nearest.at, from)) return nearest.at;
      const next = nearest.list.seek(from);
      if (next === undefined) this.#dropNearest();
      else nearest.at = next;
      this.#sink(0);
    }
    return undefined;
  }

  #begin(from: Position): void {
    this.#hasBegun = true;
    for (const list of this.lists) {
      const at = list.seek(from);
      if (at !== undefined) this.#heap.push({ list, at });
    }
    for (let index = this.#heap.length >> 1; index >= 0; index -= 1) this.#sink(index);
  }

  #dropNearest(): void {
    const last = this.#heap.pop();
    if (last !== undefined && this.#heap.length > 0) this.#heap[0] = last;
  }

  #sink(start: number): void {
    let index = start;
    for (;;) {
      let nearest = index;
      for (const child of [2 * index + 1, 2 * index + 2]) {
        const [one, other] = [this.#heap[child], this.#heap[nearest]];
        if (one !== undefined && other !== undefined && this.#isBefore(one.at, other.at)) nearest = child;
      }
      const [above, below] = [this.#heap[index], this.#heap[nearest]];
      if (nearest === index || above === undefined || below === undefined) return;
      this.#heap[index] = below;
      this.#heap[nearest] = above;
      index = nearest;
    }
  }

  #isBefore(one: Position, other: Position): boolean {
    return this.backwards ? one > other : one < other;
  }
}

function union(lists: readonly CommitCursor[], backwards: boolean): CommitCursor {
  const [only] = lists;
  return lists.length === 1 && only !== undefined ? only : new UnionCursor(lists, backwards);
}

/** What stands in all of the lists: whoever is behind leaps to where the others are. */
function intersection(lists: readonly CommitCursor[]): CommitCursor {
  const [only] = lists;
  if (lists.length === 1 && only !== undefined) return only;
  return {
    seek(from) {
      let candidate = from;
      for (;;) {
        const before = candidate;
        for (const list of lists) {
          const found = list.seek(candidate);
          if (found === undefined) return undefined;
          candidate = found;
        }
        if (candidate === before) return candidate;
      }
    },
  };
}

/** The commits that may hold an event that the query means. An index names commits, so which of their events is seen in them. */
export function cursorForQuery(files: LmdbFiles, query: Query, backwards: boolean): CommitCursor {
  // An item that is there twice would be looked for twice.
  const items = new Map(query.map((item) => [JSON.stringify([item.types, item.tags]), item]));
  return union(
    [...items.values()].map((item) => cursorForItem(files, item, backwards)),
    backwards,
  );
}

function cursorForItem(
  { commits, tags, types }: LmdbFiles,
  item: QueryItem,
  backwards: boolean,
): CommitCursor {
  const entriesOf = (index: Database<Position, string>, key: string): CommitCursor =>
    new IndexCursor((start, limit) => index.getValues(key, { start, limit, reverse: backwards }), backwards);
  const lists = (item.tags ?? []).map((tag) => entriesOf(tags, tag));
  if (item.types !== undefined) {
    const ofTypes = [...new Set(item.types)].map((type) => entriesOf(types, type));
    lists.push(union(ofTypes, backwards));
  }
  if (lists.length > 0) return intersection(lists);
  return new IndexCursor((start, limit) => commits.getKeys({ start, limit, reverse: backwards }), backwards);
}
