/** What a commit says, as bytes: the same content gives the same bytes in every store, so that its hash means something. */
import { Packr } from 'msgpackr';
import { addTo, builderOf, frozen, hasShape, shapeOf, type Builder, type Shape } from './columns.js';
import {
  position,
  type CommitId,
  type Json,
  type Metadata,
  type NewCommit,
  type Position,
  type StoredEvent,
  type Tag,
} from './event.js';

/** The layout of the bytes; it stands first in them, so that a later layout can be told from this one. */
const LAYOUT = 2;

/** Events of one type, revision and shape. Tags are 0 where no event has any. */
type PackedGroup = readonly [
  type: string,
  revision: number,
  shape: Shape,
  tags: readonly (readonly Tag[])[] | 0,
  ...columns: readonly (readonly Json[])[],
];

type PackedCommit = readonly [
  layout: number,
  id: CommitId,
  time: string,
  /** JSON text, or 0 for none: seldom is there any, and then it is small. */
  metadata: string | 0,
  fingerprint: string | 0,
  first: Position,
  groups: readonly PackedGroup[],
  /** For each event the index of its group, or the number of events when there is but one group. */
  order: readonly number[] | number,
];

interface Group {
  readonly index: number;
  readonly type: string;
  readonly revision: number;
  readonly shape: Shape;
  readonly tags: (readonly Tag[])[];
  hasTags: boolean;
  readonly columns: Json[][];
}

/** All that a commit says. */
export interface CommitContent {
  readonly id: CommitId;
  readonly first: Position;
  readonly last: Position;
  readonly time: string;
  readonly metadata: Metadata;
  readonly fingerprint?: string;
  readonly events: readonly StoredEvent[];
}

// Every commit describes itself: no table of structures beside the log that could be lost or run ahead of it.
const packr = new Packr({ useRecords: false, mapsAsObjects: true });

export function encodeContent(commit: Omit<NewCommit, 'condition'>, first: Position): Buffer {
  const { groups, order } = grouped(commit.events);
  const metadata = JSON.stringify(commit.metadata);
  const packed: PackedCommit = [
    LAYOUT,
    commit.id,
    commit.time,
    metadata === '{}' ? 0 : metadata,
    commit.fingerprint ?? 0,
    first,
    groups.map(({ type, revision, shape, tags, hasTags, columns }): PackedGroup => [
      type,
      revision,
      shape,
      hasTags ? tags : 0,
      ...columns,
    ]),
    groups.length === 1 ? commit.events.length : order,
  ];
  return packr.pack(packed);
}

/** @throws Error when the bytes are of a layout that this version does not know */
export function decodeContent(bytes: Uint8Array): CommitContent {
  const [layout, id, time, metadata, fingerprint, first, groups, order] = packr.unpack(bytes) as PackedCommit;
  if (layout !== LAYOUT) throw new Error(`commit of layout ${layout}, but this version knows only ${LAYOUT}`);
  const shared = { first, time, id, metadata: metadata === 0 ? NO_METADATA : frozenText(metadata) };
  const rows = groups.map((group) => new Rows(group, shared));
  const [count, groupAt] =
    typeof order === 'number' ? [order, () => 0] : [order.length, (index: number) => order[index] ?? 0];
  const events: StoredEvent[] = [];
  for (let index = 0; index < count; index += 1) {
    const event = rows[groupAt(index)]?.next(index);
    if (event === undefined) throw new Error(`event ${index} is of a group that the commit does not have`);
    events.push(event);
  }
  return {
    id,
    first,
    last: position(first + events.length - 1),
    time,
    metadata: shared.metadata,
    ...(fingerprint !== 0 && { fingerprint }),
    events,
  };
}

const NO_METADATA: Metadata = Object.freeze({});
const NO_TAGS: readonly Tag[] = Object.freeze([]);

function frozenText(text: string): Metadata {
  return frozen(JSON.parse(text) as Json) as Metadata;
}

function grouped(events: NewCommit['events']): {
  readonly groups: readonly Group[];
  readonly order: readonly number[];
} {
  const groups: Group[] = [];
  const byKind = new Map<string, Group>();
  const order: number[] = [];
  let last: Group | undefined;
  for (const { type, revision, tags, data } of events) {
    // Most events are of the kind of the one before, and that is seen without making anything.
    if (last?.type !== type || last.revision !== revision || !hasShape(data, last.shape)) {
      const shape = shapeOf(data);
      const kind = JSON.stringify([type, revision, shape]);
      last = byKind.get(kind);
      if (last === undefined) {
        const columns = Array.from(
          { length: typeof shape === 'number' ? 1 : shape.length },
          (): Json[] => [],
        );
        last = { index: groups.length, type, revision, shape, tags: [], hasTags: false, columns };
        groups.push(last);
        byKind.set(kind, last);
      }
    }
    last.tags.push(tags);
    if (tags.length > 0) last.hasTags = true;
    addTo(last.columns, data, last.shape);
    order.push(last.index);
  }
  return { groups, order };
}

/** The events of one group, in their order. */
class Rows {
  readonly #build: Builder;
  readonly #columns: readonly (readonly Json[])[];
  #row = 0;

  constructor(
    private readonly group: PackedGroup,
    private readonly shared: {
      readonly first: Position;
      readonly time: string;
      readonly id: CommitId;
      readonly metadata: Metadata;
    },
  ) {
    this.#build = builderOf(group[2]);
    this.#columns = group.slice(4) as unknown as readonly (readonly Json[])[];
  }

  next(index: number): StoredEvent {
    const row = this.#row;
    this.#row += 1;
    const { first, time, id, metadata } = this.shared;
    const [type, revision, , tags] = this.group;
    return Object.freeze({
      position: (first + index) as Position,
      type,
      revision,
      tags: tags === 0 ? NO_TAGS : Object.freeze(tags[row] as readonly Tag[]),
      data: this.#build(this.#columns, row),
      time,
      commit: id,
      metadata,
    });
  }
}
