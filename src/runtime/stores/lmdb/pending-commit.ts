/** A commit on its way to the disk, and what the way there takes. */
import type { Commit, NewCommit, Tag } from '../../event-log/event.js';
import type { HashedCommit } from '../../event-log/commits/hashed-commit.js';
import type { WriteSize } from './file-room.js';

/** A commit that has its positions, but is not on the disk yet. */
export interface PendingCommit {
  readonly asked: NewCommit;
  readonly commit: Commit;
  readonly sealed: HashedCommit;
  /** What its events are of and about, each once: the keys that lead to it. */
  readonly types: Iterable<string>;
  readonly tags: Iterable<Tag>;
}

/** In UTF-8, for each of a string's UTF-16 units. */
const MAX_BYTES_PER_CHARACTER = 3;

/** What a transaction is going to write for them, at most. */
export function loadOf(staged: readonly PendingCommit[]): WriteSize {
  let [entries, entryBytes] = [0, 0];
  const count = (key: string): void => {
    entries += 1;
    entryBytes += MAX_BYTES_PER_CHARACTER * key.length;
  };
  for (const { asked, types, tags } of staged) {
    count(asked.id);
    for (const type of types) count(type);
    for (const tag of tags) count(tag);
  }
  return { values: staged.map(({ sealed }) => sealed.bytes.length), entries, entryBytes };
}

/** Each type once. A single event, which most commits are, needs nothing made for that. */
export function typesOf({ events }: NewCommit): Iterable<string> {
  const [only] = events;
  return events.length === 1 && only !== undefined ? [only.type] : new Set(events.map(({ type }) => type));
}

/** Each tag once. */
export function tagsOf({ events }: NewCommit): Iterable<Tag> {
  const [only] = events;
  if (events.length === 1 && only !== undefined) return only.tags.length > 1 ? new Set(only.tags) : only.tags;
  return new Set(events.flatMap(({ tags }) => tags));
}
