/** Faults of reading. */
import { createHash } from 'node:crypto';
import type { EventStore } from '../../../src/runtime/event-log/event-store.js';
import {
  EVERYTHING,
  position,
  PAGE_SIZE,
  type Json,
  type Query,
  type Range,
  type RecordedCommit,
  type StoredEvent,
} from '../../../src/runtime/event-log/event.js';
import { eventsOf } from '../../../src/runtime/testing/conformance/reading.js';
import type { Fault, Faults } from './faulty-store.js';

type Page = readonly StoredEvent[];

/** Reads correctly, and changes each page. */
const changing = (change: (page: Page) => Page) => (): Faults => ({
  read: async function* (right, query, range) {
    for await (const page of right.read(query, range)) yield change(page);
  },
});

const changingData = (change: (data: Json) => Json): (() => Faults) =>
  changing((page) => page.map((event) => ({ ...event, data: change(event.data) })));

/** Reads correctly, but with another query or range. */
const asking = (ask: (query: Query, range: Range) => readonly [Query, Range]) => (): Faults => ({
  read: (right, query, range) => right.read(...ask(query, range)),
});

/** Reads everything before it yields anything. */
const all = (read: (right: EventStore, query: Query, range: Range) => Promise<Page>) => (): Faults => ({
  read: async function* (right, query, range) {
    const events = await read(right, query, range);
    if (events.length > 0) yield events;
  },
});

/** Changes every commit. */
const changingCommits = (change: (commit: RecordedCommit) => RecordedCommit) => (): Faults => ({
  commits: async function* (right, range) {
    for await (const page of right.commits(range)) yield page.map(change);
  },
});

/** Copies an object by assigning its members one by one. */
function assigned(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(assigned);
  const copy: Record<string, Json | undefined> = {};
  for (const [name, member] of Object.entries(value)) copy[name] = member && assigned(member);
  return copy;
}

export const READ_FAULTS: readonly Fault[] = [
  {
    what: 'requires only one of the tags',
    noticedBy: 'reading six events in three commits › gives all of two tags, and the same backwards',
    faults: asking((query, range) => [
      query.flatMap(({ tags = [], ...item }) =>
        tags.length === 0 ? [item] : tags.map((tag) => ({ ...item, tags: [tag] })),
      ),
      range,
    ]),
  },
  {
    what: 'takes an empty list of types for any type',
    noticedBy:
      'reading six events in three commits › gives nothing by an empty list of types, and the same backwards',
    faults: asking((query, range) => [
      query.map(({ types = [], ...item }) => (types.length === 0 ? item : { ...item, types })),
      range,
    ]),
  },
  {
    what: 'takes a query without an item for everything',
    noticedBy:
      'reading six events in three commits › gives nothing by a query without an item, and the same backwards',
    faults: asking((query, range) => [query.length === 0 ? EVERYTHING : query, range]),
  },
  {
    what: 'gives an event once for each item that matches',
    noticedBy:
      'reading six events in three commits › gives any of several items, each event once, and the same backwards',
    faults: all(async (right, query, range) => {
      const byItem = await Promise.all(query.map((item) => eventsOf(right, [item], range)));
      return byItem.flat().sort((one, other) => one.position - other.position);
    }),
  },
  {
    what: 'leaves out the end of a range',
    noticedBy: 'reading six events in three commits › gives events up to a position, itself included',
    faults: asking((query, { through, ...range }) => [
      query,
      { ...range, ...(through !== undefined && { through: position(Math.max(0, through - 1)) }) },
    ]),
  },
  {
    what: 'includes the position that a range begins after',
    noticedBy: 'reading six events in three commits › gives events after a position',
    faults: asking((query, { after = position(0), ...range }) => [
      query,
      { ...range, after: position(Math.max(0, after - 1)) },
    ]),
  },
  {
    what: 'takes a limit of 0 for none',
    noticedBy: 'reading six events in three commits › gives none with a limit of 0',
    faults: asking((query, { limit = 0, ...range }) => [query, { ...range, ...(limit > 0 && { limit }) }]),
  },
  {
    what: 'reverses the oldest events instead of reading backwards',
    noticedBy: 'reading six events in three commits › gives the newest one',
    faults: all(async (right, query, { backwards = false, ...range }) => {
      const events = await eventsOf(right, query, range);
      return backwards ? events.toReversed() : events;
    }),
  },
  {
    what: 'misses the last event of a query',
    noticedBy: 'reading 700 commits › gives exactly the matching events, in any range and direction',
    faults: changing((page) => page.filter((event) => event.position !== 1234)),
  },
  {
    what: 'gives everything on one page',
    noticedBy: 'pages of a long log › of everything have 1 to PAGE_SIZE events each',
    faults: all((right, query, range) => eventsOf(right, query, range)),
  },
  {
    what: 'gives empty pages',
    noticedBy: 'an empty log › has nothing to read',
    faults: () => ({
      read: async function* (right, query, range) {
        yield* right.read(query, range);
        yield [];
      },
    }),
  },
  {
    what: 'loses an event where a page ends',
    noticedBy: 'pages › of one commit of 1000 events hold each event once, either way',
    faults: changing((page) => (page.length === PAGE_SIZE ? page.slice(0, -1) : page)),
  },
  {
    what: 'shows what is appended while it is read',
    noticedBy: 'a read in progress › of everything ends at the head at its beginning',
    faults: () => ({
      read: async function* (right, query, range) {
        let after = range.after ?? position(0);
        for (let page = await eventsOf(right, query, { limit: 1000 }); page.length > 0;) {
          yield page;
          after = page.at(-1)?.position ?? after;
          page = await eventsOf(right, query, { after, limit: 1000 });
        }
      },
    }),
  },
  {
    what: 'orders events by time',
    noticedBy: 'time › does not affect the order, even when the clock goes backwards',
    faults: changing((page) => page.toSorted((one, other) => (one.time < other.time ? -1 : 1))),
  },
  {
    what: 'gives events that are not frozen',
    noticedBy: 'an event that is recorded › cannot be changed by a reader',
    faults: changing((page) => structuredClone(page)),
  },
  {
    what: 'gives other events by a tag than without one',
    noticedBy: 'an event that is recorded › is the same in every read',
    faults: () => ({
      read: async function* (right, query, range) {
        const isTagged = query.some(({ tags }) => tags !== undefined);
        for await (const page of right.read(query, range)) {
          yield isTagged ? page.map((event) => ({ ...event, metadata: {} })) : page;
        }
      },
    }),
  },
  {
    what: 'keeps numbers in single precision',
    noticedBy: 'a number › is still 0.1',
    faults: changingData((data) => (typeof data === 'number' ? Math.fround(data) : data)),
  },
  {
    what: 'takes an empty object for nothing',
    noticedBy: 'data › may be an empty object',
    faults: changingData((data) => (JSON.stringify(data) === '{}' ? null : data)),
  },
  {
    what: 'cuts long text',
    noticedBy: 'data › may be a text of 1 MiB',
    faults: changingData((data) => (typeof data === 'string' ? data.slice(0, 65_535) : data)),
  },
  {
    what: 'takes text that looks like a time for a time',
    noticedBy: 'a value › is still a text that looks like a time',
    faults: changingData((data) => JSON.parse(JSON.stringify(data).replaceAll('.000Z', '+00:00')) as Json),
  },
  {
    what: 'loses the member __proto__',
    noticedBy: 'a member › may be named "__proto__", in data and in metadata',
    faults: changingData(assigned),
  },
  {
    what: 'cuts text at a NUL',
    noticedBy: 'text › may be a NUL in data and in metadata, though in no name',
    faults: changing((page) =>
      page.map((event) => JSON.parse(JSON.stringify(event).replaceAll('\\u0000b', '')) as StoredEvent),
    ),
  },
  {
    what: 'gives a part of a commit as the commit',
    noticedBy: 'commits › are whole, as they were appended',
    faults: changingCommits((commit) => ({ ...commit, events: commit.events.slice(1) })),
  },
  {
    what: 'chains its commits to nothing',
    noticedBy: 'the chain of hashes › names in each commit the hash of the one before it',
    faults: changingCommits((commit) => ({ ...commit, previous: '0'.repeat(64) })),
  },
  {
    what: 'has hashes of its own',
    noticedBy: 'the chain of hashes › is the same for the same content in the memory store',
    faults: changingCommits((commit) => ({
      ...commit,
      hash: createHash('sha256').update(commit.hash).digest('hex'),
    })),
  },
  {
    what: 'leaves the metadata out of the hash',
    noticedBy:
      'the chain of hashes › shows another the commit’s metadata, there and in every commit after it',
    faults: () => ({ append: (right, commit) => right.append({ ...commit, metadata: {} }) }),
  },
];
