/** A commit as the tables give it, and the check that it is what was recorded. */
import { frozen } from '../../event-log/commits/columns.js';
import { LAYOUT } from '../../event-log/commits/commit-encoding.js';
import { LogDamaged } from '../../event-log/errors.js';
import type { CommitId, Json, Metadata, Position, StoredEvent, Tag } from '../../event-log/event.js';
import { hashCommit, type VerifiedCommit } from '../../event-log/commits/hashed-commit.js';

export interface CommitRow {
  readonly last: Position;
  readonly first: Position;
  readonly id: CommitId;
  readonly time: string;
  /** JSON. */
  readonly metadata: string;
  readonly fingerprint: string | null;
  readonly previous: Buffer;
  readonly hash: Buffer;
  readonly layout: number;
  /** A JSON array of events, each an array of type, revision, tags and data; null when there is none. */
  readonly events: string | null;
}

/** Selects the column `time` of the table `commits` as it was inserted. */
export const UTC_TIME = `to_char(time at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** Selects such a row from the table `commits`. The database gives JSON back as it was inserted, byte for byte. */
export const COMMIT_ROW_COLUMNS = `last, first, id,
  ${UTC_TIME} as time,
  metadata::text as metadata, fingerprint, previous, hash, layout,
  (select json_agg(json_build_array(type, revision, tags, data) order by position)::text
    from events where position between first and last) as events`;

/** @throws LogDamaged unless it fits its hash; Error when this version does not know the layout that was hashed */
export function commitFromRow(row: CommitRow): VerifiedCommit {
  const { last, first, id, time, previous, hash, layout } = row;
  if (layout !== LAYOUT) throw new Error(`commit of layout ${layout}, but this version knows only ${LAYOUT}`);
  const content = {
    id,
    time,
    metadata: frozen(JSON.parse(row.metadata) as Json) as Metadata,
    ...(row.fingerprint !== null && { fingerprint: row.fingerprint }),
  };
  const events = parsedEvents(row, content.metadata);
  // Hashed again from what was read.
  const isWhole = first + events.length - 1 === last;
  const hashed = isWhole ? hashCommit({ ...content, events }, first, previous) : undefined;
  if (hashed?.hash.equals(hash) !== true) {
    throw new LogDamaged(first, 'the commit that begins there does not fit its hash');
  }
  return { ...content, first, last, events, hash, previous, bytes: hashed.bytes };
}

function parsedEvents({ first, id, time, events }: CommitRow, metadata: Metadata): readonly StoredEvent[] {
  const rows = JSON.parse(events ?? '[]') as readonly (readonly [string, number, Tag[], Json])[];
  return rows.map(([type, revision, tags, data], index) =>
    Object.freeze({
      position: (first + index) as Position,
      type,
      revision,
      tags: Object.freeze(tags),
      data: frozen(data),
      time,
      commit: id,
      metadata,
    }),
  );
}
