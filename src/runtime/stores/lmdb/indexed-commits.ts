/** Finds index entries that belong to no commit, after a walk over all commits. */
import { LogDamaged } from '../../event-log/errors.js';
import type { Position } from '../../event-log/event.js';
import type { VerifiedCommit } from '../../event-log/commits/hashed-commit.js';
import { decoded, type LmdbFiles } from './lmdb-files.js';

/** How many entries are read before other work gets a turn. */
const SLICE_ENTRIES = 4_096;

/**
 * Counts the entries that the commits of a walk have in each index. When each of them was found there, and an index has no more
 * entries than that, none of its entries is wrong.
 */
export class IndexedCommits {
  readonly #counts = { ids: 0, types: 0, tags: 0 };

  constructor(private readonly files: LmdbFiles) {}

  add({ events }: VerifiedCommit): void {
    this.#counts.ids += 1;
    this.#counts.types += new Set(events.map(({ type }) => type)).size;
    this.#counts.tags += new Set(events.flatMap(({ tags }) => tags)).size;
  }

  /**
   * Reads all indexes, a slice at a time.
   *
   * @param head where the walk ended; commits may have been appended since
   * @throws LogDamaged when an index has an entry that belongs to no commit
   */
  *requireNoOthers(head: Position): Iterable<undefined> {
    const { ids, types, tags } = this.files;
    for (const [name, index, expected] of [
      ['commit ids', ids, this.#counts.ids],
      ['types', types, this.#counts.types],
      ['tags', tags, this.#counts.tags],
    ] as const) {
      let [read, upToHead] = [0, 0];
      const entries = index.getRange()[Symbol.iterator]();
      const next = (): IteratorResult<{ value: Position }> =>
        decoded(
          () => entries.next(),
          (reason) => new LogDamaged(head, `the index of ${name} cannot be read (${reason})`),
        );
      for (let entry = next(); entry.done !== true; entry = next()) {
        const last = entry.value.value;
        if (last <= head) upToHead += 1;
        else if (!this.files.commits.doesExist(last))
          throw new LogDamaged(head, `the index of ${name} leads to ${last}, where no commit ends`);
        read += 1;
        if (read % SLICE_ENTRIES === 0) yield undefined;
      }
      if (upToHead !== expected)
        throw new LogDamaged(
          head,
          `the index of ${name} has ${upToHead} entries, but the commits have ${expected}`,
        );
    }
  }
}
