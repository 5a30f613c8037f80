/** Closing: earlier appends are finished, later calls are refused, and no read ends early without an error. */
import { LogClosed } from '../../../event-log/errors.js';
import { EVERYTHING, START, commitId, PAGE_SIZE } from '../../../event-log/event.js';
import { commit, events } from '../commits.js';
import type { EventStoreFactory } from '../event-store-factory.js';
import { aLogForEach } from '../logs.js';
import { eventsOf, integers } from '../reading.js';
import { describe, expect, it } from '../test-runner.js';

export function describeClosing(factory: EventStoreFactory): void {
  describe('a log that is closed', () => {
    const logs = aLogForEach(factory);

    it('refuses later appends', async () => {
      await logs.store.close();
      await expect(logs.store.append(commit('a'))).rejects.toThrow(LogClosed);
    });

    it('refuses appends while it closes', async () => {
      const first = logs.store.append(commit('a', events(1000)));
      const closed = logs.store.close();
      await expect(logs.store.append(commit('b'))).rejects.toThrow(LogClosed);
      await expect(first).resolves.toMatchObject({ last: 1000 });
      await closed;
    });

    it('refuses repeated appends, too', async () => {
      await logs.store.append(commit('a'));
      await logs.store.close();
      await expect(logs.store.append(commit('a'))).rejects.toThrow(LogClosed);
    });

    it('refuses to be read', async () => {
      await logs.store.append(commit('a'));
      await logs.store.close();
      await expect(eventsOf(logs.store)).rejects.toThrow(LogClosed);
    });

    it('refuses to look for a commit', async () => {
      await logs.store.append(commit('a'));
      await logs.store.close();
      await expect(logs.store.find(commitId('a'))).rejects.toThrow(LogClosed);
    });

    it('has recorded what was appended before', async () => {
      const asked = Promise.all(integers(1, 50).map((nth) => logs.store.append(commit(`c${nth}`))));
      await logs.store.close();
      expect((await asked).map(({ last }) => last)).toEqual(integers(1, 50));
    });

    it('has answered every earlier append when it is closed', async () => {
      const order: string[] = [];
      const asked = integers(1, 3).map(async (nth) => {
        await logs.store.append(commit(`c${nth}`));
        order.push(`c${nth}`);
      });
      await logs.store.close();
      order.push('closed');
      await Promise.all(asked);
      expect(order).toEqual(['c1', 'c2', 'c3', 'closed']);
    });

    it('wakes callers that waited for what was recorded while it closed', async () => {
      const advanced = logs.store.advanced(START, AbortSignal.timeout(60_000));
      const asked = logs.store.append(commit('a'));
      await logs.store.close();
      await expect(Promise.all([advanced, asked])).resolves.toHaveLength(2);
    });

    it('leaves callers that still wait to their signal', async () => {
      const controller = new AbortController();
      const reason = new Error('enough');
      const advanced = logs.store.advanced(START, controller.signal);
      await logs.store.close();
      controller.abort(reason);
      await expect(advanced).rejects.toBe(reason);
    });

    it('may be closed again', async () => {
      await logs.store.close();
      await expect(logs.store.close()).resolves.toBeUndefined();
    });

    it('answers no call to close before the others', async () => {
      const asked = logs.store.append(commit('a', events(1000)));
      const order: string[] = [];
      await Promise.all([
        asked.then(() => order.push('answered')),
        logs.store.close().then(() => order.push('closed')),
        logs.store.close().then(() => order.push('closed')),
      ]);
      expect(order).toEqual(['answered', 'closed', 'closed']);
    });

    it('ends no read early without an error', async () => {
      // So many that no store has read the last of them when it yields the first.
      await Promise.all(integers(1, PAGE_SIZE).map((nth) => logs.store.append(commit(`c${nth}`, events(3)))));
      let seen = 0;
      const reading = async (): Promise<number> => {
        for await (const page of logs.store.read(EVERYTHING, {})) {
          seen += page.length;
          await logs.store.close();
        }
        return seen;
      };
      const end = await reading().catch((error: unknown) => error);
      expect([3 * PAGE_SIZE, expect.any(LogClosed)]).toContainEqual(end);
    });

    it('closes no other log', async () => {
      const other = await logs.open();
      await logs.store.close();
      expect(await other.append(commit('a'))).toMatchObject({ first: 1 });
      expect(await eventsOf(other)).toHaveLength(1);
    });
  });
}
