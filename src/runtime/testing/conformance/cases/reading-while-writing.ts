/** A read shows the log as it was when the read began, and blocks nothing. */
import type { EventStore } from '../../../event-log/event-store.js';
import { EVERYTHING, position, tag, PAGE_SIZE, type Query, type Range } from '../../../event-log/event.js';
import { commit, events } from '../commits.js';
import type { EventStoreFactory } from '../event-store-factory.js';
import { aLogForEach } from '../logs.js';
import { BACKWARDS, integers, positionsOf } from '../reading.js';
import { beforeEach, describe, expect, it } from '../test-runner.js';

const HEAD = 2 * PAGE_SIZE + 10;
const TAG: Query = [{ tags: [tag('number:1')] }];
const tagged = (count: number): ReturnType<typeof events> => events(count, () => ({ tags: ['number:1'] }));

/** Reads a page, does something else, and reads on. @returns the positions of all pages */
async function readAround(
  store: EventStore,
  [query, range]: readonly [Query, Range],
  inBetween: () => Promise<unknown>,
): Promise<readonly number[]> {
  const seen: number[] = [];
  for await (const page of store.read(query, range)) {
    if (seen.length === 0) await inBetween();
    seen.push(...page.map((each) => each.position));
  }
  return seen;
}

export function describeReadingWhileWriting(factory: EventStoreFactory): void {
  describe('a read in progress', () => {
    const logs = aLogForEach(factory);

    beforeEach(async () => {
      for (const nth of [1, 2]) await logs.store.append(commit(`c${nth}`, tagged(HEAD / 2)));
    });

    it.each<readonly [what: string, query: Query, range: Range]>([
      ['everything', EVERYTHING, {}],
      ['a range that ends past the head', EVERYTHING, { through: position(HEAD + 5) }],
      ['a query', TAG, {}],
    ])('of %s ends at the head at its beginning', async (_what, query, range) => {
      const append = (): Promise<unknown> => logs.store.append(commit('later', tagged(10)));
      expect(await readAround(logs.store, [query, range], append)).toEqual(integers(1, HEAD));
      expect(await logs.store.head()).toBe(HEAD + 10);
    });

    it('backwards reaches the first event, whatever is appended meanwhile', async () => {
      const append = (): Promise<unknown> => logs.store.append(commit('later', tagged(10)));
      const seen = await readAround(logs.store, [EVERYTHING, BACKWARDS], append);
      expect(seen).toEqual(integers(1, HEAD).toReversed());
    });

    it('does not disturb another one', async () => {
      let other: readonly number[] = [];
      const seen = await readAround(logs.store, [EVERYTHING, {}], async () => {
        other = await positionsOf(logs.store, TAG, BACKWARDS);
      });
      expect(seen).toEqual(integers(1, HEAD));
      expect(other).toEqual(integers(1, HEAD).toReversed());
    });

    it('may be one of many', async () => {
      const forwards = integers(1, HEAD);
      const both = integers(1, 10).map(async () => [
        await positionsOf(logs.store),
        await positionsOf(logs.store, TAG, BACKWARDS),
      ]);
      expect(await Promise.all(both)).toEqual(both.map(() => [forwards, forwards.toReversed()]));
    });

    it('may be ended early', async () => {
      for await (const page of logs.store.read(EVERYTHING, {})) {
        expect(page[0]?.position).toBe(1);
        break;
      }
      expect(await positionsOf(logs.store, EVERYTHING, { limit: 1 })).toEqual([1]);
      expect((await logs.store.append(commit('later'))).first).toBe(HEAD + 1);
    });

    it('may be ended early many times', async () => {
      const begun = new Set<number | undefined>();
      for (const nth of integers(1, 200)) {
        const range = nth % 2 === 0 ? BACKWARDS : {};
        for await (const [first] of logs.store.read(nth % 3 === 0 ? TAG : EVERYTHING, range)) {
          begun.add(first?.position);
          break;
        }
      }
      expect(begun).toEqual(new Set([1, HEAD]));
      expect(await positionsOf(logs.store)).toEqual(integers(1, HEAD));
    });

    it('may be ended by an error of its consumer, who gets that error', async () => {
      const reading = readAround(logs.store, [EVERYTHING, {}], () => Promise.reject(new Error('enough')));
      await expect(reading).rejects.toThrow('enough');
      expect(await positionsOf(logs.store)).toEqual(integers(1, HEAD));
    });

    it('that is abandoned blocks neither the next append nor closing', async () => {
      const forgotten = logs.store.read(EVERYTHING, {})[Symbol.asyncIterator]();
      await forgotten.next();
      expect((await logs.store.append(commit('later'))).first).toBe(HEAD + 1);
      await expect(logs.store.close()).resolves.toBeUndefined();
    });

    it('that was never begun blocks nothing', async () => {
      logs.store.read(EVERYTHING, {});
      expect((await logs.store.append(commit('later'))).first).toBe(HEAD + 1);
    });
  });
}
