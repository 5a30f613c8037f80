/** A commit as the bytes of one LMDB value: all of it or none of it is there, whatever happens. */
import { Packr } from 'msgpackr';
import {
  position,
  type Commit,
  type CommitId,
  type Metadata,
  type NewCommit,
  type Position,
  type StoredEvent,
} from '../../event.js';

/** The layout of a value; it stands first in each, so that a later layout can be told from this one. */
const LAYOUT = 1;

type PackedEvent = readonly [
  type: string,
  revision: number,
  tags: StoredEvent['tags'],
  data: StoredEvent['data'],
];

type PackedCommit = readonly [
  layout: number,
  id: CommitId,
  time: string,
  metadata: Metadata,
  fingerprint: string | null,
  first: Position,
  events: readonly PackedEvent[],
];

// Every value describes itself: no table of structures beside the log that could be lost or run ahead of it.
const packr = new Packr({ useRecords: false, mapsAsObjects: true });

export function encodeCommit(commit: NewCommit, first: Position): Buffer {
  const packed: PackedCommit = [
    LAYOUT,
    commit.id,
    commit.time,
    commit.metadata,
    commit.fingerprint ?? null,
    first,
    commit.events.map(({ type, revision, tags, data }) => [type, revision, tags, data] as const),
  ];
  return packr.pack(packed);
}

export interface DecodedCommit {
  readonly commit: Commit;
  readonly events: readonly StoredEvent[];
}

/** @throws Error when the bytes are of a layout that this version does not know */
export function decodeCommit(bytes: Uint8Array): DecodedCommit {
  const [layout, id, time, metadata, fingerprint, first, packed] = packr.unpack(bytes) as PackedCommit;
  if (layout !== LAYOUT) throw new Error(`commit of layout ${layout}, but this version knows only ${LAYOUT}`);
  const sharedMetadata = frozen(metadata);
  return {
    commit: {
      id,
      first,
      last: position(first + packed.length - 1),
      time,
      repeated: false,
      ...(fingerprint !== null && { fingerprint }),
    },
    events: packed.map(([type, revision, tags, data], index) =>
      Object.freeze({
        position: (first + index) as Position,
        type,
        revision,
        tags: frozen(tags),
        data: frozen(data),
        time,
        commit: id,
        metadata: sharedMetadata,
      }),
    ),
  };
}

/** What is read is as unchangeable as what was appended, so that a fold does the same live and in a replay. */
function frozen<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value;
  for (const member of Object.values(value)) frozen(member);
  return Object.freeze(value);
}
