/** Whole commits, as verifying, exporting and copying a log see them. */
import { LogClosed } from '../../../event-log/errors.js';
import { EVERYTHING, position, type RecordedCommit } from '../../../event-log/event.js';
import { TIME, commit, events } from '../commits.js';
import type { EventStoreFactory } from '../event-store-factory.js';
import { aLogForEach, oneLogForAll } from '../logs.js';
import { commitsOf, eventsOf, integers, outcomeOf } from '../reading.js';
import { describe, expect, it } from '../test-runner.js';

export function describeWholeCommits(factory: EventStoreFactory): void {
  describe('commits', () => {
    const logs = oneLogForAll(factory, async (store) => {
      await store.append(commit('a'));
      await store.append(commit('b', events(3), { metadata: { by: 'kit' }, fingerprint: 'f' }));
      await store.append(commit('c', events(2)));
    });

    it.each<readonly [after: number, through: number | undefined, expected: string]>([
      [0, undefined, 'abc'],
      [1, undefined, 'bc'],
      [2, undefined, 'bc'],
      [4, undefined, 'c'],
      [5, undefined, 'c'],
      [6, undefined, ''],
      [60, undefined, ''],
      [0, 60, 'abc'],
      [0, 5, 'abc'],
      [0, 4, 'ab'],
      [0, 2, 'ab'],
      [0, 1, 'a'],
      [0, 0, ''],
      [2, 3, 'b'],
      [1, 4, 'b'],
      [3, 5, 'bc'],
    ])('that overlap the range after %i through %s are “%s”', async (after, through, expected) => {
      const range = { after: position(after), ...(through !== undefined && { through: position(through) }) };
      expect((await commitsOf(logs.store, range)).map(({ id }) => id).join('')).toBe(expected);
    });

    it('are whole, as they were appended', async () => {
      const [whole] = await commitsOf(logs.store, { after: position(2), through: position(3) });
      expect(whole).toEqual({
        id: 'b',
        first: 2,
        last: 4,
        time: TIME,
        metadata: { by: 'kit' },
        fingerprint: 'f',
        events: await eventsOf(logs.store, EVERYTHING, { after: position(1), through: position(4) }),
        previous: expect.stringMatching(/^[0-9a-f]{64}$/),
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      });
    });

    it('have no fingerprint when none was given', async () => {
      const [first] = await commitsOf(logs.store);
      expect(first).not.toHaveProperty('fingerprint');
    });
  });

  describe('many commits', () => {
    const logs = aLogForEach(factory);

    const pages = async (): Promise<readonly (readonly RecordedCommit[])[]> => {
      const all: (readonly RecordedCommit[])[] = [];
      for await (const page of logs.store.commits()) all.push(page);
      return all;
    };

    it('are none in an empty log', async () => {
      expect(await pages()).toEqual([]);
    });

    it('come once each, in order, on pages that are not empty', async () => {
      await Promise.all(integers(1, 2500).map((nth) => logs.store.append(commit(`c${nth}`))));
      const read = await pages();
      expect(read.flat().map(({ id }) => id)).toEqual(integers(1, 2500).map((nth) => `c${nth}`));
      expect(read.filter((page) => page.length === 0)).toEqual([]);
    });

    it('come whole also when they are large', async () => {
      for (const nth of integers(1, 5)) await logs.store.append(commit(`c${nth}`, events(3000)));
      const read = (await pages()).flat();
      expect(read.map(({ first, last, events: held }) => [first, last, held.length])).toEqual(
        integers(0, 4).map((nth) => [1 + nth * 3000, (nth + 1) * 3000, 3000]),
      );
    });

    it('end at the head at the beginning of the read', async () => {
      await Promise.all(integers(1, 1500).map((nth) => logs.store.append(commit(`c${nth}`))));
      const seen: string[] = [];
      for await (const page of logs.store.commits()) {
        if (seen.length === 0) await logs.store.append(commit('later'));
        seen.push(...page.map(({ id }) => id));
      }
      expect(seen).toEqual(integers(1, 1500).map((nth) => `c${nth}`));
    });

    it('may be ended early', async () => {
      await Promise.all(integers(1, 1500).map((nth) => logs.store.append(commit(`c${nth}`))));
      for await (const page of logs.store.commits()) {
        expect(page[0]?.id).toBe('c1');
        break;
      }
      expect(await outcomeOf(logs.store, commit('later'))).toBe('recorded at 1501');
    });

    it('are refused once the log is closed', async () => {
      await logs.store.append(commit('a'));
      await logs.store.close();
      await expect(pages()).rejects.toThrow(LogClosed);
    });
  });
}
