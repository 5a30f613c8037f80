/** A reference for a log without indexes, which checks every event; and random appends and queries. */
import fc from 'fast-check';
import {
  commitId,
  position,
  tag,
  type AppendCondition,
  type NewCommit,
  type Query,
  type Range,
} from '../../src/runtime/event-log/event.js';

export type Event = NewCommit['events'][number];

export interface Append {
  readonly events: readonly Event[];
  readonly condition?: AppendCondition;
}

export class Reference {
  readonly #events: (Event & { readonly position: number })[] = [];

  /** Where it is recorded, which position breaks its condition, or that the condition's own is not there; as text, to be compared. */
  append({ events, condition }: Append): string {
    if ((condition?.after ?? 0) > this.#events.length) return 'not in the log';
    const [breaking] = condition === undefined ? [] : this.read(condition.query, { after: condition.after });
    if (breaking !== undefined) return `broken by ${breaking}`;
    for (const event of events) this.#events.push({ ...event, position: this.#events.length + 1 });
    return `recorded at ${this.#events.length - events.length + 1}`;
  }

  /** The positions of the events that match the query, in the requested order. */
  read(query: Query, { after = position(0), through, limit, backwards = false }: Range): readonly number[] {
    const found: number[] = [];
    for (const event of backwards ? this.#events.toReversed() : this.#events) {
      if (event.position <= after || event.position > (through ?? Infinity)) continue;
      if (found.length === (limit ?? Infinity)) break;
      if (isMeant(query, event)) found.push(event.position);
    }
    return found;
  }
}

function isMeant(query: Query, event: Event): boolean {
  for (const { types, tags } of query) {
    const isType = types === undefined || types.some((type) => type === event.type);
    const hasTags = (tags ?? []).every((wanted) => event.tags.some((each) => each === wanted));
    if (isType && hasTags) return true;
  }
  return false;
}

/** Names that an index could take for one another, or for the end of a key. */
const TYPES = ['a.b', 'a.bc', 'ab.c', 'é.b', 'x'.repeat(255)];
const TAGS = [
  'a',
  'ab',
  'a:1',
  'a:10',
  'a b',
  'A',
  'é',
  'e\u0301',
  '\u0001',
  'a\u0001',
  '🜁',
  '語'.repeat(255),
].map(tag);

/** Mostly one of the first few, so that events and questions meet. */
const oneOf = <Name>(names: readonly Name[]): fc.Arbitrary<Name> =>
  fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...names.slice(0, 3)) }, fc.constantFrom(...names));

const events: fc.Arbitrary<Event> = fc.record({
  type: oneOf(TYPES),
  revision: fc.constant(1),
  tags: fc.array(oneOf(TAGS), { maxLength: 5 }),
  data: fc.constant(null),
});

/** Now and then one that asks for nothing at all, or for none. */
const items = fc.record(
  { types: fc.array(oneOf(TYPES), { maxLength: 4 }), tags: fc.array(oneOf(TAGS), { maxLength: 2 }) },
  { requiredKeys: [] },
);

const queries: fc.Arbitrary<Query> = fc.array(items, { maxLength: 4 });

/** In a log of a few dozen events or of a few thousand, or past its head. */
const places = fc.oneof({ weight: 3, arbitrary: fc.nat(30) }, fc.nat(2400));
const positions = places.map(position);

const appends: fc.Arbitrary<Append> = fc.record(
  {
    events: fc.array(events, { minLength: 1, maxLength: 5 }),
    condition: fc.record({ query: queries, after: positions }),
  },
  { requiredKeys: ['events'] },
);

export interface Question {
  readonly query: Query;
  readonly range: Range;
}

const questions: fc.Arbitrary<Question> = fc
  .record(
    { query: queries, after: positions, length: places, limit: places, backwards: fc.boolean() },
    { requiredKeys: ['query'] },
  )
  .map(({ query, length, ...range }) => ({
    query,
    range: { ...range, ...(length !== undefined && { through: position((range.after ?? 0) + length) }) },
  }));

/** One round on a log: concurrent appends, then queries. */
export interface Round {
  readonly appends: readonly Append[];
  readonly questions: readonly Question[];
}

export const rounds: fc.Arbitrary<readonly Round[]> = fc.array(
  fc.record({
    appends: fc.array(appends, { maxLength: 6 }),
    questions: fc.array(questions, { maxLength: 4 }),
  }),
  { maxLength: 5 },
);

/** How many commits the log has before the rounds; the larger ones need more than one chunk or page of any store. */
export const historyLengths = fc.constantFrom(0, 20, 20, 257, 1100);

/** So many commits, of one to three events each; nothing about them is random. */
export function historyOf(length: number): readonly Append[] {
  return Array.from({ length }, (_commit, index) => ({
    events: Array.from({ length: 1 + (index % 3) }, (_event, nth) => ({
      type: TYPES[(index + nth) % 3] ?? '',
      revision: 1,
      tags: TAGS.filter((_tag, place) => (index + nth) % (place + 2) === 0).slice(0, 4),
      data: null,
    })),
  }));
}

/** As a store wants it. */
export function asCommit({ events, condition }: Append, index: number): NewCommit {
  return {
    id: commitId(`commit ${index}`),
    time: '2026-01-31T12:00:00.000Z',
    metadata: {},
    events,
    ...(condition !== undefined && { condition }),
  };
}
