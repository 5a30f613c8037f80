/** Several stores that read one log: each sees what the writer records, and does not affect the others. */
import { LogClosed } from '../../../event-log/errors.js';
import { EVERYTHING, START, commitId, position, tag } from '../../../event-log/event.js';
import { commit, event, events } from '../commits.js';
import type { EventStoreFactory } from '../event-store-factory.js';
import { follow } from '../following.js';
import { expectUnsupported } from '../unsupported-capability.js';
import { aLogForEach } from '../logs.js';
import { BACKWARDS, commitsOf, dataOf, eventsOf, integers, never, positionsOf } from '../reading.js';
import { beforeEach, describe, expect, it } from '../test-runner.js';
import { expectWhole, write } from '../writers.js';

export function describeReadingBeside(factory: EventStoreFactory, manyReaders: boolean): void {
  if (manyReaders) describeReaders(factory);
  else describeNoReaders(factory);
}

function describeNoReaders(factory: EventStoreFactory): void {
  describe('a reader beside the writer, though the store has none', () => {
    const logs = aLogForEach(factory);

    it('is refused with a clear error, or reads what is plainly another log', async () => {
      await logs.store.append(commit('a'));
      await expectUnsupported(factory.reader(logs.store), logs.store);
    });

    it('does not disturb the writer', async () => {
      await logs.store.append(commit('a'));
      await expectUnsupported(factory.reader(logs.store), logs.store);
      await logs.store.append(commit('b'));
      expect(await dataOf(logs.store)).toEqual(['a', 'b']);
    });
  });
}

function describeReaders(factory: EventStoreFactory): void {
  describe('a reader beside the writer', () => {
    const logs = aLogForEach(factory);

    beforeEach(async () => {
      await logs.store.append(commit('a', [event({ data: 'a', tags: ['number:1'] })], { fingerprint: 'f' }));
    });

    it('knows the log as the same one', async () => {
      expect((await logs.reader()).identity).toBe(logs.store.identity);
    });

    it('sees what was recorded before it was opened, as the writer does', async () => {
      const reader = await logs.reader();
      expect(await reader.head()).toBe(1);
      expect(await eventsOf(reader)).toEqual(await eventsOf(logs.store));
    });

    it('sees what is recorded while it is open', async () => {
      const reader = await logs.reader();
      await logs.store.append(commit('b', events(3)));
      await reader.advanced(position(1), never);
      expect(await eventsOf(reader)).toEqual(await eventsOf(logs.store));
    });

    it('reads by any query, either way', async () => {
      const reader = await logs.reader();
      await logs.store.append(commit('b', [event(), event({ tags: ['number:1'] })]));
      await reader.advanced(position(1), never);
      expect(await positionsOf(reader, [{ tags: [tag('number:1')] }], BACKWARDS)).toEqual([3, 1]);
    });

    it('sees the chain of commits as the writer does', async () => {
      const reader = await logs.reader();
      await logs.store.append(commit('b', events(3)));
      await reader.advanced(position(1), never);
      expect(await commitsOf(reader)).toEqual(await commitsOf(logs.store));
    });

    it('finds a commit by its id', async () => {
      const reader = await logs.reader();
      const answer = await logs.store.append(commit('b', events(2), { fingerprint: 'g' }));
      await reader.advanced(position(1), never);
      expect(await reader.find(commitId('b'))).toEqual(answer);
    });

    it('finds nothing under an id that was never recorded', async () => {
      expect(await (await logs.reader()).find(commitId('b'))).toBeUndefined();
    });

    it('is woken when the writer records something', async () => {
      const reader = await logs.reader();
      const seen = reader.advanced(position(1), never).then(() => dataOf(reader));
      await logs.store.append(commit('b'));
      expect(await seen).toEqual(['a', 'b']);
    });

    it('does not wait for what is recorded already', async () => {
      await expect((await logs.reader()).advanced(START, never)).resolves.toBeUndefined();
    });

    it('stops waiting, with the signal’s reason, once that is aborted', async () => {
      const controller = new AbortController();
      const reason = new Error('enough');
      const advanced = (await logs.reader()).advanced(position(1), controller.signal);
      controller.abort(reason);
      await expect(advanced).rejects.toBe(reason);
    });

    it('is one of several, each of which sees the same', async () => {
      const readers = [await logs.reader(), await logs.reader(), await logs.reader()];
      await logs.store.append(commit('b', events(5)));
      for (const reader of readers) {
        await reader.advanced(position(1), never);
        expect(await positionsOf(reader, EVERYTHING)).toEqual(integers(1, 6));
      }
    });

    it('does not disturb the writer and other readers when it closes', async () => {
      const [leaving, staying] = [await logs.reader(), await logs.reader()];
      await leaving.close();
      await logs.store.append(commit('b'));
      await staying.advanced(position(1), never);
      expect(await dataOf(staying)).toEqual(['a', 'b']);
    });

    it('refuses to be read once it is closed itself', async () => {
      const reader = await logs.reader();
      await reader.close();
      await expect(eventsOf(reader)).rejects.toThrow(LogClosed);
      await expect(reader.find(commitId('a'))).rejects.toThrow(LogClosed);
    });

    it('goes on reading when the writer has closed', async () => {
      const reader = await logs.reader();
      await logs.store.append(commit('b'));
      await logs.store.close();
      await reader.advanced(position(1), never);
      expect(await dataOf(reader)).toEqual(['a', 'b']);
    });
  });

  describe('a follower beside the writers’ store', () => {
    const logs = aLogForEach(factory);

    it('sees each position once, in order, while they write', async () => {
      const reader = await logs.reader();
      const until = write([logs.store], { writers: 16, commits: 20 });
      expectWhole(await follow(reader, { until }), 1, await until);
    });

    it('sees each position once, in order, when it begins in the middle', async () => {
      const until = write([logs.store], { writers: 16, commits: 20 });
      await logs.store.advanced(position(500), never);
      expectWhole(await follow(await logs.reader(), { until }), 1, await until);
    });
  });
}
