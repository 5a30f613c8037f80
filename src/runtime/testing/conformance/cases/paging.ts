/** Pages: never too large, never empty, and nothing is lost or repeated between two of them. */
import { EVERYTHING, position, tag, PAGE_SIZE, type Query, type Range } from '../../../event-log/event.js';
import { commit, event, events } from '../commits.js';
import type { EventStoreFactory } from '../event-store-factory.js';
import { aLogForEach, oneLogForAll } from '../logs.js';
import { BACKWARDS, integers, pagesOf, positionsOf } from '../reading.js';
import { describe, expect, it } from '../test-runner.js';

export function describePaging(factory: EventStoreFactory): void {
  describe('pages', () => {
    const logs = aLogForEach(factory);

    it.each([1, PAGE_SIZE - 1, PAGE_SIZE, PAGE_SIZE + 1, 2 * PAGE_SIZE, 2 * PAGE_SIZE + 1])(
      'of one commit of %i events hold each event once, either way',
      async (size) => {
        await logs.store.append(commit('a', events(size)));
        expect(await positionsOf(logs.store)).toEqual(integers(1, size));
        expect(await positionsOf(logs.store, EVERYTHING, BACKWARDS)).toEqual(integers(1, size).toReversed());
      },
    );

    it('end where they end, also between the events of a commit', async () => {
      const sizes = [PAGE_SIZE - 2, 5, PAGE_SIZE, 3];
      for (const [index, size] of sizes.entries()) await logs.store.append(commit(`c${index}`, events(size)));
      const total = 2 * PAGE_SIZE + 6;
      expect(await positionsOf(logs.store)).toEqual(integers(1, total));
      expect(await positionsOf(logs.store, EVERYTHING, BACKWARDS)).toEqual(integers(1, total).toReversed());
    });

    it('are found across a long part of the log without a match', async () => {
      await logs.store.append(commit('a', [event({ tags: ['rare'] })]));
      await Promise.all(integers(1, 1200).map((nth) => logs.store.append(commit(`c${nth}`, events(2)))));
      await logs.store.append(commit('b', [event({ tags: ['rare'], type: 'number.retracted' })]));
      const queries: readonly Query[] = [
        [{ tags: [tag('rare')] }],
        [{ types: ['number.retracted'] }, { tags: [tag('rare')] }],
      ];
      for (const query of queries) expect(await positionsOf(logs.store, query)).toEqual([1, 2402]);
    });
  });

  describe('pages of a long log', () => {
    const HEAD = 3 * PAGE_SIZE + 1;
    const logs = oneLogForAll(factory, async (store) => {
      const tagged = events(PAGE_SIZE + 1, () => ({ tags: ['number:1'] }));
      await store.append(commit('a', tagged));
      await Promise.all(
        integers(1, PAGE_SIZE).map((nth) =>
          store.append(
            commit(
              `c${nth}`,
              events(1, () => ({ tags: ['number:1'] })),
            ),
          ),
        ),
      );
      await store.append(commit('b', events(PAGE_SIZE)));
    });

    it.each<readonly [what: string, query: Query, range: Range]>([
      ['everything', EVERYTHING, {}],
      ['everything backwards', EVERYTHING, BACKWARDS],
      ['a tag', [{ tags: [tag('number:1')] }], {}],
      ['a tag backwards', [{ tags: [tag('number:1')] }], BACKWARDS],
      ['a type', [{ types: ['number.recorded'] }], {}],
      ['a range that ends inside a commit', EVERYTHING, { after: position(500), through: position(2500) }],
    ])('of %s have 1 to PAGE_SIZE events each', async (_what, query, range) => {
      const sizes = (await pagesOf(logs.store, query, range)).map((page) => page.length);
      expect(sizes.filter((size) => size < 1 || size > PAGE_SIZE)).toEqual([]);
      expect(sizes.length).toBeGreaterThan(1);
    });

    it('are none when nothing matches', async () => {
      expect(await pagesOf(logs.store, [{ tags: [tag('nobody')] }])).toEqual([]);
    });

    it.each([PAGE_SIZE - 1, PAGE_SIZE, PAGE_SIZE + 1, 2 * PAGE_SIZE, 2 * PAGE_SIZE + 1])(
      'hold exactly %i events when so many are wanted',
      async (limit) => {
        expect(await positionsOf(logs.store, EVERYTHING, { limit })).toEqual(integers(1, limit));
        const newest = await positionsOf(logs.store, EVERYTHING, { ...BACKWARDS, limit });
        expect(newest).toEqual(integers(HEAD - limit + 1, HEAD).toReversed());
      },
    );

    it.each([PAGE_SIZE - 1, PAGE_SIZE, PAGE_SIZE + 1, 2 * PAGE_SIZE])(
      'go on after position %i where those before it ended',
      async (edge) => {
        const before = await positionsOf(logs.store, EVERYTHING, { through: position(edge) });
        const after = await positionsOf(logs.store, EVERYTHING, { after: position(edge) });
        expect([...before, ...after]).toEqual(integers(1, HEAD));
      },
    );

    it('may be asked for one at a time, each after the last event of the one before', async () => {
      const seen: number[] = [];
      for (let page = await positionsOf(logs.store, EVERYTHING, { limit: 700 }); page.length > 0;) {
        seen.push(...page);
        page = await positionsOf(logs.store, EVERYTHING, { after: position(seen.length), limit: 700 });
      }
      expect(seen).toEqual(integers(1, HEAD));
    });
  });
}
