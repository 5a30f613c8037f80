/** Reading by query, within any range, in either direction: exactly the matching events, each once, in order. */
import fc from 'fast-check';
import {
  EVERYTHING,
  START,
  position,
  tag,
  type Query,
  type QueryItem,
  type Range,
} from '../../../event-log/event.js';
import { matches } from '../../../event-log/query.js';
import { commit, event, events, type AppendedEvent } from '../commits.js';
import type { EventStoreFactory } from '../event-store-factory.js';
import { oneLogForAll } from '../logs.js';
import { BACKWARDS, integers, positionsOf } from '../reading.js';
import { describe, expect, it } from '../test-runner.js';

export function describeQueries(factory: EventStoreFactory): void {
  describe('an item with only older revisions', () => {
    const older: Query = [{ types: ['number.recorded'], revisionBelow: 3 }];
    const logs = oneLogForAll(factory, async (store) => {
      await store.append(commit('old', [event({ revision: 1 }), event({ revision: 2 })]));
      await store.append(commit('new', [event({ revision: 3 }), event({ revision: 4 })]));
    });

    it('is answered with them, either way', async () => {
      expect(await positionsOf(logs.store, older)).toEqual([1, 2]);
      expect(await positionsOf(logs.store, older, { backwards: true, limit: 1 })).toEqual([2]);
    });

    it('is a condition that only they break', async () => {
      const asked = (id: string, after: number): ReturnType<typeof commit> => ({
        ...commit(id, [event({ type: 'log.opened' })]),
        condition: { query: older, after: position(after) },
      });
      await expect(logs.store.append(asked('refused', 0))).rejects.toMatchObject({ position: 1 });
      await expect(logs.store.append(asked('recorded', 2))).resolves.toMatchObject({ first: 5 });
    });
  });

  describe('reading six events in three commits', () => {
    const logs = oneLogForAll(factory, async (store) => {
      await store.append(commit('a', [event({ tags: ['number:1', 'even'] })]));
      await store.append(
        commit('b', [
          event({ tags: ['number:2', 'odd'] }),
          event({ type: 'number.retracted', tags: ['number:1', 'even'] }),
          event({ tags: ['number:3', 'even'] }),
        ]),
      );
      await store.append(
        commit('c', [
          event({ type: 'number.retracted', tags: ['number:3', 'even'] }),
          event({ type: 'log.opened' }),
        ]),
      );
    });

    it.each<readonly [what: string, query: Query, expected: readonly number[]]>([
      ['everything', EVERYTHING, [1, 2, 3, 4, 5, 6]],
      ['one type', [{ types: ['number.retracted'] }], [3, 5]],
      ['any of two types', [{ types: ['number.retracted', 'log.opened'] }], [3, 5, 6]],
      ['a type that is named twice', [{ types: ['log.opened', 'log.opened'] }], [6]],
      ['no type that another only begins like', [{ types: ['number', 'log.opened.twice'] }], []],
      ['one tag', [{ tags: [tag('number:1')] }], [1, 3]],
      ['all of two tags', [{ tags: [tag('even'), tag('number:3')] }], [4, 5]],
      ['a tag that is named twice', [{ tags: [tag('odd'), tag('odd')] }], [2]],
      ['no event with only one of two tags', [{ tags: [tag('odd'), tag('number:1')] }], []],
      ['no tag that another only begins like', [{ tags: [tag('number:')] }, { tags: [tag('evening')] }], []],
      ['a tag and a type', [{ types: ['number.recorded'], tags: [tag('even')] }], [1, 4]],
      [
        'any of several items, each event once',
        [{ tags: [tag('number:1')] }, { tags: [tag('even')] }, { types: ['number.retracted'] }],
        [1, 3, 4, 5],
      ],
      ['items whose tags lie far apart', [{ tags: [tag('odd')] }, { tags: [tag('number:3')] }], [2, 4, 5]],
      ['a tag or a type', [{ tags: [tag('odd')] }, { types: ['log.opened'] }], [2, 6]],
      ['an item without criteria beside one with some', [{ tags: [tag('odd')] }, {}], [1, 2, 3, 4, 5, 6]],
      ['everything by an empty list of tags', [{ tags: [] }], [1, 2, 3, 4, 5, 6]],
      ['nothing by an empty list of types', [{ types: [] }], []],
      ['nothing by an empty list of types, whatever the tags', [{ types: [], tags: [tag('even')] }], []],
      ['a type, with an empty list of tags', [{ types: ['log.opened'], tags: [] }], [6]],
      ['nothing by a tag that nothing has', [{ tags: [tag('number:9')] }], []],
      ['nothing by a type that no event can have', [{ types: ['', '\u0000', 'ключ'] }], []],
      ['nothing by a query without an item', [], []],
    ])('gives %s, and the same backwards', async (_what, query, expected) => {
      expect(await positionsOf(logs.store, query)).toEqual(expected);
      expect(await positionsOf(logs.store, query, BACKWARDS)).toEqual(expected.toReversed());
    });

    it.each<readonly [what: string, query: Query, range: Range, expected: readonly number[]]>([
      ['events after a position', EVERYTHING, { after: position(2) }, [3, 4, 5, 6]],
      ['nothing after the head', EVERYTHING, { after: position(6) }, []],
      ['nothing far after the head', EVERYTHING, { after: position(60) }, []],
      ['events up to a position, itself included', EVERYTHING, { through: position(3) }, [1, 2, 3]],
      ['nothing up to before the first event', EVERYTHING, { through: position(0) }, []],
      [
        'all there is when the end is past the head',
        EVERYTHING,
        { through: position(60) },
        [1, 2, 3, 4, 5, 6],
      ],
      ['events between two positions', EVERYTHING, { after: position(2), through: position(5) }, [3, 4, 5]],
      ['one event from inside a commit', EVERYTHING, { after: position(2), through: position(3) }, [3]],
      ['nothing between a position and itself', EVERYTHING, { after: position(3), through: position(3) }, []],
      [
        'nothing between a position and an earlier one',
        EVERYTHING,
        { after: position(5), through: position(2) },
        [],
      ],
      ['at most so many', EVERYTHING, { limit: 2 }, [1, 2]],
      ['all there is when more are wanted', EVERYTHING, { limit: 7 }, [1, 2, 3, 4, 5, 6]],
      ['none with a limit of 0', EVERYTHING, { limit: 0 }, []],
      ['none backwards when none is wanted', EVERYTHING, { ...BACKWARDS, limit: 0 }, []],
      ['the newest one', EVERYTHING, { ...BACKWARDS, limit: 1 }, [6]],
      ['backwards down to a position', EVERYTHING, { ...BACKWARDS, after: position(3) }, [6, 5, 4]],
      ['backwards from inside a commit', EVERYTHING, { ...BACKWARDS, through: position(3) }, [3, 2, 1]],
      [
        'backwards from past the head',
        EVERYTHING,
        { ...BACKWARDS, through: position(60) },
        [6, 5, 4, 3, 2, 1],
      ],
      [
        'nothing backwards between a position and itself',
        EVERYTHING,
        { ...BACKWARDS, after: position(3), through: position(3) },
        [],
      ],
      ['of a tag, at most so many', [{ tags: [tag('even')] }], { limit: 3 }, [1, 3, 4]],
      ['of a tag, the newest so many', [{ tags: [tag('even')] }], { ...BACKWARDS, limit: 2 }, [5, 4]],
      [
        'events with a tag in a range',
        [{ tags: [tag('even')] }],
        { after: position(1), through: position(4) },
        [3, 4],
      ],
      [
        'of a type, the newest one in a range',
        [{ types: ['number.recorded'] }],
        { ...BACKWARDS, through: position(3), limit: 1 },
        [2],
      ],
    ])('gives %s', async (_what, query, range, expected) => {
      expect(await positionsOf(logs.store, query, range)).toEqual(expected);
    });

    it('gives every part of the log, wherever it begins and ends, either way', async () => {
      for (const after of integers(0, 7)) {
        for (const through of integers(0, 7)) {
          const range = { after: position(after), through: position(through) };
          const expected = integers(1, 6).filter((each) => each > after && each <= through);
          expect(await positionsOf(logs.store, EVERYTHING, range)).toEqual(expected);
          expect(await positionsOf(logs.store, EVERYTHING, { ...range, ...BACKWARDS })).toEqual(
            expected.reverse(),
          );
        }
      }
    });
  });

  describe('reading 700 commits', () => {
    const commits = integers(0, 699).map((index) => {
      const tags = [index % 2 === 0 ? 'even' : 'odd', ...(index % 90 === 0 ? ['rare'] : [])];
      return commit(
        `c${index}`,
        events(1 + (index % 4), (nth) => ({ type: `t.${nth}`, tags })),
      );
    });
    const appended = commits.flatMap((each) => each.events);
    const logs = oneLogForAll(factory, async (store) => {
      await Promise.all(commits.map((each) => store.append(each)));
    });

    it('gives exactly the matching events, in any range and direction', async () => {
      await fc.assert(
        fc.asyncProperty(QUERIES, RANGES, async (query, range) => {
          expect(await positionsOf(logs.store, query, range)).toEqual(
            matchingPositions(appended, query, range),
          );
        }),
        // Random ranges may all miss an event, so each is also read by its type and each of its tags.
        { numRuns: 150, examples: WHOLE_LOG },
      );
    });
  });
}

const WHOLE_LOG: [Query, Range][] = [
  EVERYTHING,
  [{ tags: [tag('even')] }, { tags: [tag('odd')] }],
  [{ types: ['t.0', 't.1'] }, { types: ['t.2', 't.3'] }],
].flatMap((query): [Query, Range][] => [
  [query, {}],
  [query, BACKWARDS],
]);

const HIGHEST = 1760; // a little past the head of the 700 commits

const ITEMS: fc.Arbitrary<QueryItem> = fc.record(
  {
    types: fc.uniqueArray(fc.constantFrom('t.0', 't.1', 't.2', 't.3', 't.4'), { maxLength: 3 }),
    tags: fc.uniqueArray(fc.constantFrom(...['even', 'odd', 'rare'].map(tag)), { maxLength: 2 }),
  },
  { requiredKeys: [] },
);

const QUERIES = fc.array(ITEMS, { maxLength: 3 });

const RANGES: fc.Arbitrary<Range> = fc.record(
  {
    after: fc.nat(HIGHEST).map(position),
    through: fc.nat(HIGHEST).map(position),
    limit: fc.oneof(fc.nat(20), fc.nat(HIGHEST)),
    backwards: fc.boolean(),
  },
  { requiredKeys: [] },
);

/** The expected positions, found by checking every event that was appended. */
function matchingPositions(
  appended: readonly AppendedEvent[],
  query: Query,
  { after = START, through, limit = Infinity, backwards = false }: Range,
): readonly number[] {
  const found = integers(1, appended.length).filter((each) => {
    const event = appended[each - 1];
    return event !== undefined && each > after && each <= (through ?? each) && matches(query, event);
  });
  return (backwards ? found.toReversed() : found).slice(0, limit);
}
