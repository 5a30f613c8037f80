/** The entries that a commit has in LMDB's tables: its value, and the keys under which the indexes name it. */
import type { NewCommit, Position, Tag } from '../../event-log/event.js';
import type { PendingCommit } from '../decide-appends.js';
import type { WriteSize } from './file-room.js';
import { INDEX_SUM } from './file-check/entry-listener.js';
import type { LmdbFiles } from './lmdb-files.js';

export interface CommitEntries {
  readonly id: NewCommit['id'];
  readonly last: Position;
  readonly value: Buffer;
  /** Each type and each tag of its events, once. */
  readonly types: Iterable<string>;
  readonly tags: Iterable<Tag>;
}

export function entriesOf({ append, commit, hashed }: PendingCommit): CommitEntries {
  return {
    id: commit.id,
    last: commit.last,
    value: hashed.bytes,
    types: typesOf(append),
    tags: tagsOf(append),
  };
}

/** The types and the tags under which the indexes name a commit with these events. */
export function keysOf(commit: Pick<NewCommit, 'events'>): Pick<CommitEntries, 'types' | 'tags'> {
  return { types: typesOf(commit), tags: tagsOf(commit) };
}

/** To be called within a transaction. */
export function putEntries(
  { commits, ids, types, tags }: LmdbFiles,
  { id, last, value, ...keys }: CommitEntries,
): void {
  void commits.put(last, value);
  void ids.put(id, last);
  for (const type of keys.types) void types.put(type, last);
  for (const tag of keys.tags) void tags.put(tag, last);
}

/** In UTF-8, for each of a string's UTF-16 code units. */
const MAX_BYTES_PER_CODE_UNIT = 3;

/** An upper bound of what a transaction with these entries writes. */
export function writeSizeOf(batch: readonly CommitEntries[]): WriteSize {
  let [entries, entryBytes] = [0, 0];
  const count = (key: string): void => {
    entries += 1;
    entryBytes += MAX_BYTES_PER_CODE_UNIT * key.length;
  };
  count(INDEX_SUM);
  for (const { id, types, tags } of batch) {
    count(id);
    for (const type of types) count(type);
    for (const tag of tags) count(tag);
  }
  return { values: batch.map(({ value }) => value.length), entries, entryBytes };
}

// Most commits are of a single event, and need no set.

function typesOf({ events }: Pick<NewCommit, 'events'>): Iterable<string> {
  const [only] = events;
  return events.length === 1 && only !== undefined ? [only.type] : new Set(events.map(({ type }) => type));
}

function tagsOf({ events }: Pick<NewCommit, 'events'>): Iterable<Tag> {
  const [only] = events;
  if (events.length === 1 && only !== undefined) return only.tags.length > 1 ? new Set(only.tags) : only.tags;
  return new Set(events.flatMap(({ tags }) => tags));
}
