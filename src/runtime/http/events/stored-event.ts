/** An event as it is stored, with what proves it: the hash of its commit, and of the commit before. */
import { NO_HASH } from '../../event-log/commits/hashed-commit.js';
import type { CommitId, Position, RecordedCommit, StoredEvent } from '../../event-log/event.js';

const BEFORE_THE_FIRST = NO_HASH.toString('hex');

export interface EventInCommit extends Omit<StoredEvent, 'commit'> {
  readonly commit: {
    readonly id: CommitId;
    readonly first: Position;
    readonly last: Position;
    /** Hexadecimal. */
    readonly hash: string;
    /** Null before the first commit. */
    readonly previous: string | null;
  };
}

/** @param commit that holds the position */
export function storedAt(at: Position, commit: RecordedCommit | undefined): EventInCommit | undefined {
  const event = commit?.events[at - commit.first];
  if (commit === undefined || event === undefined) return undefined;
  const { id, first, last, hash, previous } = commit;
  const { position, type, revision, tags, data, metadata, time } = event;
  return {
    position,
    type,
    revision,
    tags,
    data,
    metadata,
    time,
    commit: { id, first, last, hash, previous: previous === BEFORE_THE_FIRST ? null : previous },
  };
}
