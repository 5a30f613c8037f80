/** Following under concurrent writers: each position once, in order, whenever the follower begins. */
import { START, position, tag, type Position } from '../../../event-log/event.js';
import { commit, events } from '../commits.js';
import type { EventStoreFactory } from '../event-store-factory.js';
import { follow } from '../following.js';
import { aLogForEach } from '../logs.js';
import { eventsOf, integers } from '../reading.js';
import { describe, expect, it } from '../test-runner.js';
import { countOf, expectWhole, write } from '../writers.js';

const MANY = { writers: 16, commits: 20 };

export function describeFollowing(factory: EventStoreFactory): void {
  describe('following while sixteen writers append commits of uneven size', () => {
    const logs = aLogForEach(factory);

    it('shows each position once, in order, to a follower that begins before them', async () => {
      const until = write([logs.store], MANY);
      const seen = await follow(logs.store, { until });
      expectWhole(seen, 1, await until);
    });

    it('shows the same to a follower that begins at position 0 while they write', async () => {
      const until = write([logs.store], MANY);
      await logs.store.advanced(position(500), AbortSignal.timeout(60_000));
      const seen = await follow(logs.store, { until });
      expectWhole(seen, 1, await until);
    });

    it('shows the rest to a follower that begins at the head while they write', async () => {
      const until = write([logs.store], MANY);
      await logs.store.advanced(position(500), AbortSignal.timeout(60_000));
      const after = await logs.store.head();
      const seen = await follow(logs.store, { after, until });
      expectWhole(seen, after + 1, await until);
    });

    it('shows the rest to a follower that begins in the middle of a commit', async () => {
      const begun = await logs.store.append(commit('run/0/-1', events(9)));
      const after = position(begun.first + 3);
      const until = write([logs.store], MANY);
      const seen = await follow(logs.store, { after, until });
      expect(seen.map((each) => each.position)).toEqual(integers(after + 1, await until));
    });

    it('shows all to a follower that begins after them', async () => {
      const end = await write([logs.store], MANY);
      const seen = await follow(logs.store, { until: Promise.resolve(end) });
      expectWhole(seen, 1, end);
    });

    it('shows the same to many concurrent followers', async () => {
      const until = write([logs.store], MANY);
      const all = await Promise.all(integers(1, 8).map(() => follow(logs.store, { until })));
      const end = await until;
      for (const seen of all) expectWhole(seen, 1, end);
    });

    it('shows each event of a tag once, in order, to a follower of the tag', async () => {
      const until = write([logs.store], MANY);
      const query = [{ tags: [tag('writer:3')] }, { tags: [tag('writer:11')] }];
      const seen = await follow(logs.store, { query, until });
      expect(seen).toEqual(await eventsOf(logs.store, query));
      expect(seen).toHaveLength(countOf(3, MANY) + countOf(11, MANY));
    });

    it('shows what two runs of writers append, the second begun when the first was half done', async () => {
      const first = write([logs.store], MANY, 'first');
      await logs.store.advanced(position(500), AbortSignal.timeout(60_000));
      const second = write([logs.store], MANY, 'second');
      const until = Promise.all([first, second]).then((ends): Position => position(Math.max(START, ...ends)));
      expectWhole(await follow(logs.store, { until }), 1, await until);
    });
  });
}
