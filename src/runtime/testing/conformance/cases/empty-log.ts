/** An empty log. */
import { EVERYTHING, START, commitId, tag } from '../../../event-log/event.js';
import { commit } from '../commits.js';
import type { EventStoreFactory } from '../event-store-factory.js';
import { aLogForEach } from '../logs.js';
import { BACKWARDS, outcomeOf, pagesOf } from '../reading.js';
import { describe, expect, it } from '../test-runner.js';

export function describeEmptyLog(factory: EventStoreFactory): void {
  describe('an empty log', () => {
    const logs = aLogForEach(factory);

    it('has its head at 0', async () => {
      expect(await logs.store.head()).toBe(START);
    });

    it('has nothing to read', async () => {
      expect(await pagesOf(logs.store)).toEqual([]);
    });

    it('has nothing to read backwards', async () => {
      expect(await pagesOf(logs.store, EVERYTHING, BACKWARDS)).toEqual([]);
    });

    it('has nothing to read by type and tag', async () => {
      expect(await pagesOf(logs.store, [{ types: ['number.recorded'], tags: [tag('number:1')] }])).toEqual(
        [],
      );
    });

    it('knows no commit id', async () => {
      expect(await logs.store.find(commitId('a'))).toBeUndefined();
    });

    it('breaks no condition', async () => {
      const condition = { query: EVERYTHING, after: START };
      expect(await outcomeOf(logs.store, commit('a', undefined, { condition }))).toBe('recorded at 1');
    });

    it('has an identity that no other log has', async () => {
      expect((await logs.open()).identity).not.toBe(logs.store.identity);
    });

    it('shares nothing with another log', async () => {
      const other = await logs.open();
      await other.append(commit('a'));
      expect([await logs.store.head(), await logs.store.find(commitId('a'))]).toEqual([START, undefined]);
    });
  });
}
