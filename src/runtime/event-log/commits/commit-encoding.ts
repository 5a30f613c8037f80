/** Encodes what a commit says: the same content gives the same bytes, and so the same hash, in every store. */
import { Packr } from 'msgpackr';
import {
  addTo,
  builderOf,
  columnsOf,
  frozen,
  hasShape,
  shapeOf,
  type Builder,
  type Shape,
} from './columns.js';
import { InvalidValue } from '../errors.js';
import {
  NO_METADATA,
  NO_TAGS,
  position,
  type CommitContent,
  type CommitId,
  type EventContent,
  type Json,
  type Metadata,
  type NewCommit,
  type Position,
  type StoredEvent,
  type Tag,
} from '../event.js';

/** The version of the layout: the first value of the bytes, so that a later version can be told from this one. */
export const LAYOUT = 2;

/** Events of one type, revision and shape. A column whose cells are all the same holds one of them. */
type PackedGroup = readonly [
  type: string,
  revision: number,
  shape: Shape,
  tags: readonly (readonly Tag[])[],
  ...columns: readonly (readonly Json[])[],
];

type PackedCommit = readonly [
  layout: number,
  id: CommitId,
  time: string,
  /** JSON text, or 0 for none: there is seldom any, and it is small. */
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
  readonly columns: Json[][];
}

// No records: their structures would be kept beside the log, where they could be lost.
const packr = new Packr({ useRecords: false, mapsAsObjects: true });

/** @throws InvalidValue when there is no event: the commit would end where the one before it does */
export function encodeContent(commit: Omit<NewCommit, 'condition'>, first: Position): Buffer {
  if (commit.events.length === 0) throw new InvalidValue('A commit has at least one event.');
  const metadata = commit.metadata === NO_METADATA ? '{}' : JSON.stringify(commit.metadata);
  const { groups, order } =
    commit.events.length === 1 ? packedAlone(commit.events) : packedTogether(commit.events);
  const packed: PackedCommit = [
    LAYOUT,
    commit.id,
    commit.time,
    metadata === '{}' ? 0 : metadata,
    commit.fingerprint ?? 0,
    first,
    groups,
    order,
  ];
  return packr.pack(packed);
}

interface PackedEvents {
  readonly groups: readonly PackedGroup[];
  readonly order: readonly number[] | number;
}

/** Most commits have one event, and need no grouping: 6 % of the CPU time of single appends (`npm run bench:log`). */
function packedAlone(events: readonly EventContent[]): PackedEvents {
  const groups = events.map(({ type, revision, tags, data }): PackedGroup => {
    const shape = shapeOf(data);
    return [type, revision, shape, [tags], ...columnsOf(data, shape)];
  });
  return { groups, order: 1 };
}

function packedTogether(events: readonly EventContent[]): PackedEvents {
  const { groups, order } = grouped(events);
  return {
    groups: groups.map(({ type, revision, shape, tags, columns }): PackedGroup => [
      type,
      revision,
      shape,
      shortened(tags, haveSameTags),
      ...columns.map((column) => shortened(column, areSame)),
    ]),
    order: groups.length === 1 ? events.length : order,
  };
}

/** @throws Error when the bytes are of a layout that this version does not know */
export function decodeContent(bytes: Uint8Array): CommitContent {
  const [layout, id, time, metadata, fingerprint, first, groups, order] = packr.unpack(bytes) as PackedCommit;
  if (layout !== LAYOUT) throw new Error(`commit of layout ${layout}, but this version knows only ${LAYOUT}`);
  const shared = { first, time, id, metadata: metadata === 0 ? NO_METADATA : parsed(metadata) };
  const groupOfEach = typeof order === 'number' ? new Array<number>(order).fill(0) : order;
  const counts = groups.map(() => 0);
  for (const group of groupOfEach) counts[group] = (counts[group] ?? 0) + 1;
  const rows = groups.map((group, index) => new Rows(group, counts[index] ?? 0, shared));
  const events = groupOfEach.map((group, index) => {
    const event = rows[group]?.next(index);
    if (event === undefined) throw new Error(`event ${index} is of a group that the commit does not have`);
    return event;
  });
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

function parsed(text: string): Metadata {
  return frozen(JSON.parse(text) as Json) as Metadata;
}

function grouped(events: readonly EventContent[]): {
  readonly groups: readonly Group[];
  readonly order: readonly number[];
} {
  const groups: Group[] = [];
  // Made only for the second group: most commits have one.
  let byKind: Map<string, Group> | undefined;
  const order: number[] = [];
  let last: Group | undefined;
  for (const { type, revision, tags, data } of events) {
    // Most events are of the same kind as the one before, and this finds it without allocating.
    if (last?.type !== type || last.revision !== revision || !hasShape(data, last.shape)) {
      const group = groupOf(groups.length, type, revision, shapeOf(data));
      if (last !== undefined) byKind ??= new Map([[kindOf(last), last]]);
      last = byKind?.get(kindOf(group)) ?? group;
      if (last === group) {
        groups.push(group);
        byKind?.set(kindOf(group), group);
      }
    }
    last.tags.push(tags);
    addTo(last.columns, data, last.shape);
    order.push(last.index);
  }
  return { groups, order };
}

function groupOf(index: number, type: string, revision: number, shape: Shape): Group {
  const columns = typeof shape === 'number' ? [[]] : shape.map((): Json[] => []);
  return { index, type, revision, shape, tags: [], columns };
}

function kindOf({ type, revision, shape }: Pick<Group, 'type' | 'revision' | 'shape'>): string {
  return JSON.stringify([type, revision, shape]);
}

/** One cell for many that are the same. */
function shortened<Cell>(
  column: readonly Cell[],
  same: (one: Cell, other: Cell) => boolean,
): readonly Cell[] {
  const [first] = column;
  if (first === undefined) return column;
  return column.every((cell) => same(cell, first)) ? [first] : column;
}

/** As many cells as there are rows. */
function lengthened<Cell>(column: readonly Cell[], rows: number): readonly Cell[] {
  return column.length === rows ? column : new Array<Cell>(rows).fill(column[0] as Cell);
}

/** Objects never are: whether two of them are one in memory must not change the commit's hash. */
function areSame(one: Json, other: Json): boolean {
  return one === other && (typeof one !== 'object' || one === null);
}

function haveSameTags(some: readonly Tag[], others: readonly Tag[]): boolean {
  return (
    some === others || (some.length === others.length && some.every((tag, index) => tag === others[index]))
  );
}

/** The events of one group, in their order. */
class Rows {
  readonly #type: string;
  readonly #build: Builder;
  readonly #tags: readonly (readonly Tag[])[];
  readonly #columns: readonly (readonly Json[])[];
  #row = 0;

  constructor(
    private readonly group: PackedGroup,
    count: number,
    private readonly shared: {
      readonly first: Position;
      readonly time: string;
      readonly id: CommitId;
      readonly metadata: Metadata;
    },
  ) {
    const [type, , shape, tags, ...columns] = group;
    this.#type = type;
    this.#build = builderOf(shape);
    this.#tags = lengthened(tags, count);
    this.#columns = columns.map((column) => lengthened(column, count));
  }

  next(index: number): StoredEvent {
    const row = this.#row;
    this.#row += 1;
    const { first, time, id, metadata } = this.shared;
    const [, revision] = this.group;
    return Object.freeze({
      position: (first + index) as Position,
      type: this.#type,
      revision,
      tags: Object.freeze(this.#tags[row] ?? NO_TAGS),
      data: this.#build(this.#columns, row),
      time,
      commit: id,
      metadata,
    });
  }
}
