/** Sizes, from empty to the maximum of the event log. */
import { EVERYTHING, START, commitId, tag, type Json } from '../../../event-log/event.js';
import { commit, event, events } from '../commits.js';
import type { EventStoreFactory } from '../event-store-factory.js';
import { aLogForEach, oneLogForAll } from '../logs.js';
import { BACKWARDS, dataOf, eventsOf, integers, outcomeOf, positionsOf, recorded } from '../reading.js';
import { describe, expect, it } from '../test-runner.js';

const MEBIBYTE = 2 ** 20;
const MAX_COMMIT_EVENTS = 10_000;

/** A text of this length that does not compress well. */
function text(length: number, alphabet: string): string {
  const letters = Array.from(alphabet);
  let state = 1;
  const next = (): string => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return letters[(state >>> 16) % letters.length] ?? '';
  };
  return Array.from({ length }, next).join('');
}

/** `[[[…]]]`, as deep as the event log allows. */
const deepest = (): Json => integers(1, 63).reduce<Json>((inner) => [inner], 'deep');

export function describeSizes(factory: EventStoreFactory): void {
  describe('data', () => {
    const logs = oneLogForAll(factory);

    it.each<readonly [what: string, make: () => Json]>([
      ['an empty object', () => ({})],
      ['an empty array', () => []],
      ['an empty string', () => ''],
      ['null', () => null],
      ['empty objects and arrays in each other', () => [{}, [], [[{}]], { a: {}, b: [] }]],
      ['a text of 1 MiB', () => text(MEBIBYTE, 'abcdefghijklmnopqrstuvwxyz0123456789')],
      ['a text of 1 MiB in UTF-8', () => text(MEBIBYTE / 4, '🔑🏷𠮷👩')],
      [
        'ten thousand members',
        () => Object.fromEntries(integers(1, 10_000).map((nth) => [`name${nth}`, nth])),
      ],
      ['an array of a hundred thousand', () => [...integers(1, 100_000)]],
      ['nesting 63 deep', deepest],
    ])('may be %s', async (what, make) => {
      const data = make();
      const read = await recorded(logs.store, commit(what, [event({ data }), event({ data: 'next' })]));
      expect(read.map((each) => each.data)).toEqual([data, 'next']);
    });
  });

  describe('a commit', () => {
    const logs = aLogForEach(factory);

    it('of 10,000 events is recorded whole', async () => {
      const many = events(MAX_COMMIT_EVENTS, (index) => ({ tags: [`number:${index % 7}`] }));
      expect(await logs.store.append(commit('many', many))).toMatchObject({
        first: 1,
        last: MAX_COMMIT_EVENTS,
      });
      expect(await dataOf(logs.store)).toEqual(many.map(({ data }) => data));
    });

    it('of 10,000 events is read by the tag of one of them', async () => {
      await logs.store.append(
        commit(
          'many',
          events(MAX_COMMIT_EVENTS, (index) => ({ tags: [`number:${index}`] })),
        ),
      );
      expect(await dataOf(logs.store, [{ tags: [tag('number:7777')] }])).toEqual([7777]);
      expect(await dataOf(logs.store, EVERYTHING, { ...BACKWARDS, limit: 1 })).toEqual([9999]);
    });

    it('of 10,000 events is recorded not at all when its condition fails', async () => {
      await logs.store.append(commit('a'));
      const condition = { query: EVERYTHING, after: START };
      expect(await outcomeOf(logs.store, commit('many', events(MAX_COMMIT_EVENTS), { condition }))).toBe(
        'broken by 1',
      );
      expect(await logs.store.head()).toBe(1);
    });

    it('of one event may stand between two of 10,000', async () => {
      const sizes = [MAX_COMMIT_EVENTS, 1, MAX_COMMIT_EVENTS];
      const answers = await Promise.all(
        sizes.map((size, index) => logs.store.append(commit(`c${index}`, events(size)))),
      );
      expect(answers.map(({ first, last }) => [first, last])).toEqual([
        [1, 10_000],
        [10_001, 10_001],
        [10_002, 20_001],
      ]);
    });

    it('of sixteen events of 1 MiB each is read as it was', async () => {
      const large = text(MEBIBYTE, 'abcdefghijklmnop');
      await logs.store.append(
        commit(
          'large',
          events(16, (index) => ({ data: `${index}${large}` })),
        ),
      );
      const read = await dataOf(logs.store);
      expect(read.map((data, index) => data === `${index}${large}`)).toEqual(Array(16).fill(true));
    });
  });

  describe('what describes an event', () => {
    const logs = aLogForEach(factory);

    it('may be a hundred tags, each of which finds it', async () => {
      const tags = integers(1, 100).map((nth) => `tag:${nth}`);
      await logs.store.append(commit('a', [event(), event({ tags }), event()]));
      for (const name of tags) expect(await positionsOf(logs.store, [{ tags: [tag(name)] }])).toEqual([2]);
      expect(await positionsOf(logs.store, [{ tags: tags.map(tag) }])).toEqual([2]);
    });

    it('may be found by a query of a hundred items', async () => {
      await logs.store.append(
        commit(
          'a',
          events(200, (index) => ({ tags: [`tag:${index}`] })),
        ),
      );
      const query = integers(0, 99).map((nth) => ({ tags: [tag(`tag:${2 * nth}`)] }));
      expect(await positionsOf(logs.store, query)).toEqual(integers(0, 99).map((nth) => 2 * nth + 1));
    });

    it.each(['x', '語', '🏷'])('may be a tag and a commit id of 255 characters %j', async (character) => {
      const name = character.repeat(255 / character.length);
      const last = name.slice(character.length);
      await logs.store.append(commit(name, [event({ tags: [name] }), event({ tags: [last] })]));
      expect(await positionsOf(logs.store, [{ tags: [tag(name)] }])).toEqual([1]);
      expect((await logs.store.find(commitId(name)))?.last).toBe(2);
      expect(await logs.store.find(commitId(last))).toBeUndefined();
    });

    it('may be a type of 255 characters', async () => {
      const type = `number.${'x'.repeat(248)}`;
      await logs.store.append(commit('a', [event({ type }), event({ type: `${type}y` })]));
      expect(await eventsOf(logs.store, [{ types: [type] }])).toMatchObject([{ position: 1, type }]);
    });

    it('may be metadata of 100 KiB', async () => {
      const metadata = { trace: text(100 * 1024, 'abcdef0123456789') };
      await logs.store.append(commit('a', events(2), { metadata }));
      expect((await eventsOf(logs.store)).map((each) => each.metadata)).toEqual([metadata, metadata]);
    });
  });
}
