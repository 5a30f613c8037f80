/** What every store owes to whoever reads: what the query means, in order, a page at a time. */
import fc from 'fast-check';
import { TemporaryFolder } from '../../../../test/support/server.js';
import {
  EVERYTHING,
  commitId,
  position,
  tag,
  type NewCommit,
  type Query,
  type Range,
  type StoredEvent,
} from '../event.js';
import type { EventStore } from '../event-store.js';
import { PAGE_SIZE } from '../page.js';
import { matches } from '../query.js';
import { LmdbStore } from './lmdb/lmdb.store.js';
import { MemoryStore } from './memory.store.js';

const event = (type: string, ...tags: readonly string[]): NewCommit['events'][number] => ({
  type,
  revision: 1,
  tags: tags.map(tag),
  data: null,
});

const commit = (id: string, events: NewCommit['events']): NewCommit => ({
  id: commitId(id),
  time: '2026-01-31T12:00:00.000Z',
  metadata: {},
  events,
});

async function pagesOf(
  store: EventStore,
  query: Query,
  range: Range = {},
): Promise<readonly (readonly StoredEvent[])[]> {
  const pages: (readonly StoredEvent[])[] = [];
  for await (const page of store.read(query, range)) pages.push(page);
  return pages;
}

const read = async (store: EventStore, query: Query, range?: Range): Promise<readonly number[]> =>
  (await pagesOf(store, query, range)).flat().map((each) => each.position);

const STORES: readonly (readonly [name: string, open: (folder: string) => EventStore])[] = [
  ['MemoryStore', () => new MemoryStore()],
  ['LmdbStore', (folder) => LmdbStore.open(folder)],
];

describe.each(STORES)('reading %s', (_name, open) => {
  describe('a log of six events in three commits', () => {
    let folder: TemporaryFolder;
    let store: EventStore;

    beforeAll(async () => {
      folder = new TemporaryFolder();
      store = open(folder.path);
      await store.append(commit('a', [event('number.recorded', 'number:1', 'even')]));
      await store.append(
        commit('b', [
          event('number.recorded', 'number:2', 'odd'),
          event('number.retracted', 'number:1', 'even'),
          event('number.recorded', 'number:3', 'even'),
        ]),
      );
      await store.append(commit('c', [event('number.retracted', 'number:3', 'even'), event('log.opened')]));
    });

    afterAll(async () => {
      await store.close();
      folder.remove();
    });

    it.each<readonly [what: string, query: Query, range: Range, expected: readonly number[]]>([
      ['everything', EVERYTHING, {}, [1, 2, 3, 4, 5, 6]],
      ['everything backwards', EVERYTHING, { backwards: true }, [6, 5, 4, 3, 2, 1]],
      ['what stands after a position', EVERYTHING, { after: position(2) }, [3, 4, 5, 6]],
      ['nothing after the head', EVERYTHING, { after: position(6) }, []],
      ['nothing far after the head', EVERYTHING, { after: position(60) }, []],
      ['what stands up to a position, itself included', EVERYTHING, { through: position(3) }, [1, 2, 3]],
      [
        'all there is when the end is past the head',
        EVERYTHING,
        { through: position(60) },
        [1, 2, 3, 4, 5, 6],
      ],
      ['between two positions', EVERYTHING, { after: position(2), through: position(5) }, [3, 4, 5]],
      ['one event from inside a commit', EVERYTHING, { after: position(2), through: position(3) }, [3]],
      ['nothing of an empty range', EVERYTHING, { after: position(4), through: position(4) }, []],
      ['at most so many', EVERYTHING, { limit: 2 }, [1, 2]],
      ['none when none is wanted', EVERYTHING, { limit: 0 }, []],
      ['the newest one', EVERYTHING, { limit: 1, backwards: true }, [6]],
      ['backwards down to a position', EVERYTHING, { after: position(3), backwards: true }, [6, 5, 4]],
      ['backwards from inside a commit', EVERYTHING, { through: position(3), backwards: true }, [3, 2, 1]],
      ['one type', [{ types: ['number.retracted'] }], {}, [3, 5]],
      ['any of two types', [{ types: ['number.retracted', 'log.opened'] }], {}, [3, 5, 6]],
      ['one tag', [{ tags: [tag('number:1')] }], {}, [1, 3]],
      ['all of two tags', [{ tags: [tag('even'), tag('number:3')] }], {}, [4, 5]],
      ['a tag and a type', [{ types: ['number.recorded'], tags: [tag('even')] }], {}, [1, 4]],
      [
        'any of several items, each event once',
        [{ tags: [tag('number:1')] }, { tags: [tag('even')] }, { types: ['number.retracted'] }],
        {},
        [1, 3, 4, 5],
      ],
      [
        'several tags backwards',
        [{ tags: [tag('odd')] }, { tags: [tag('number:3')] }],
        { backwards: true },
        [5, 4, 2],
      ],
      ['a tag, at most so many backwards', [{ tags: [tag('even')] }], { limit: 2, backwards: true }, [5, 4]],
      ['a tag in a range', [{ tags: [tag('even')] }], { after: position(1), through: position(4) }, [3, 4]],
      ['an item without a tag beside one with', [{ tags: [tag('odd')] }, {}], {}, [1, 2, 3, 4, 5, 6]],
      ['an empty list of tags asks for none', [{ tags: [] }], {}, [1, 2, 3, 4, 5, 6]],
      ['an empty list of types means none', [{ types: [] }], {}, []],
      ['a tag that nothing has', [{ tags: [tag('number:9')] }], {}, []],
      ['a query without an item', [], {}, []],
    ])('%s', async (_what, query, range, expected) => {
      expect(await read(store, query, range)).toEqual(expected);
    });
  });

  describe('a log of many commits', () => {
    const COMMITS = 700;
    const TAGS = ['a', 'b', 'rare'].map(tag);
    let folder: TemporaryFolder;
    let store: EventStore;
    let all: readonly StoredEvent[];

    beforeAll(async () => {
      folder = new TemporaryFolder();
      store = open(folder.path);
      const appends = Array.from({ length: COMMITS }, (_, index) => {
        const tags = [index % 2 === 0 ? 'a' : 'b', ...(index % 90 === 0 ? ['rare'] : [])];
        const size = 1 + (index % 4);
        return commit(
          `c${index}`,
          Array.from({ length: size }, (_each, nth) => event(`t.${nth}`, ...tags)),
        );
      });
      await Promise.all(appends.map((each) => store.append(each)));
      all = (await pagesOf(store, EVERYTHING)).flat();
    });

    afterAll(async () => {
      await store.close();
      folder.remove();
    });

    it('comes in pages of at most PAGE_SIZE', async () => {
      const sizes = (await pagesOf(store, EVERYTHING)).map((page) => page.length);
      expect(sizes).toEqual([PAGE_SIZE, all.length - PAGE_SIZE]);
    });

    it('has no page without an event', async () => {
      expect(await pagesOf(store, [{ tags: [tag('nobody')] }])).toEqual([]);
    });

    it('ends where the head stood when the reading began', async () => {
      const before = await store.head();
      const pages = store.read(EVERYTHING, {})[Symbol.asyncIterator]();
      const first = await pages.next();
      await store.append(commit('later', [event('t.0')]));
      const rest: StoredEvent[] = [];
      for (let next = await pages.next(); next.done !== true; next = await pages.next())
        rest.push(...next.value);
      expect(first.done).not.toBe(true);
      expect(rest.at(-1)?.position).toBe(before);
    });

    it('may be left in the middle', async () => {
      for await (const page of store.read(EVERYTHING, {})) {
        expect(page[0]?.position).toBe(1);
        break;
      }
      expect(await read(store, EVERYTHING, { limit: 1 })).toEqual([1]);
    });

    it('gives exactly what the query means, in any range and either way', async () => {
      const recorded = (await pagesOf(store, EVERYTHING)).flat();
      const highest = recorded.length + 10;
      const items = fc.record(
        {
          types: fc.uniqueArray(fc.constantFrom('t.0', 't.1', 't.2', 't.3', 't.4'), { maxLength: 3 }),
          tags: fc.uniqueArray(fc.constantFrom(...TAGS), { maxLength: 2 }),
        },
        { requiredKeys: [] },
      );
      const ranges = fc.record(
        {
          after: fc.nat(highest).map(position),
          through: fc.nat(highest).map(position),
          limit: fc.oneof(fc.nat(20), fc.nat(highest)),
          backwards: fc.boolean(),
        },
        { requiredKeys: [] },
      );
      await fc.assert(
        fc.asyncProperty(fc.array(items, { maxLength: 3 }), ranges, async (query, range) => {
          const { after = 0, through = Infinity, limit = Infinity, backwards = false } = range;
          const meant = recorded.filter(
            (each) => each.position > after && each.position <= through && matches(query, each),
          );
          if (backwards) meant.reverse();
          expect(await read(store, query, range)).toEqual(meant.slice(0, limit).map((each) => each.position));
        }),
        { numRuns: 150 },
      );
    });
  });
});
