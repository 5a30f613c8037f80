/** Several event logs over one store, as in several processes: what others append is missed by nobody. */
import { z } from 'zod';
import { defineEvent } from './contracts/event-contract.js';
import { EventLog } from './event-log.js';
import { position } from './event.js';
import { MemoryStore } from '../stores/memory.store.js';

const counted = defineEvent({ type: 'number.recorded', schema: z.int() });

describe('logs that write to one store', () => {
  const LAST = 60;
  let store: MemoryStore;
  let logs: readonly EventLog[];

  beforeEach(() => {
    store = new MemoryStore();
    logs = [1, 2, 3].map(() => {
      const log = new EventLog(store);
      log.contracts.register([counted]);
      return log;
    });
  });

  afterEach(async () => {
    for (const log of logs) await log.close();
  });

  const positionsFrom = (log: EventLog, after: number): Promise<readonly number[]> =>
    new Promise((resolve, reject) => {
      const seen: number[] = [];
      const subscription = log.follow(undefined, position(after)).subscribe({
        next: (page) => {
          seen.push(...page.map((event) => event.position));
          if ((seen.at(-1) ?? 0) < LAST) return;
          subscription.unsubscribe();
          resolve(seen);
        },
        error: reject,
      });
    });

  const span = (first: number): readonly number[] =>
    Array.from({ length: LAST - first + 1 }, (_, index) => first + index);

  /** Commits of one to three events, by one log and another, now in turn and now several in a row. */
  const appendAll = async (): Promise<void> => {
    for (let count = 0; count < LAST;) {
      const size = Math.min(1 + (count % 3), LAST - count);
      const log = logs[((count * 7) % 5) % logs.length];
      await log?.append(Array.from({ length: size }, (_, index) => counted.create(count + index)));
      count += size;
    }
  };

  it('show each position once, in order, to a follower of any of them', async () => {
    const followers = logs.map((log) => positionsFrom(log, 0));
    await appendAll();
    expect(await Promise.all(followers)).toEqual(logs.map(() => span(1)));
  });

  it('show them to one who begins anywhere, whatever each log has in memory', async () => {
    await appendAll();
    for (const log of logs) {
      for (const after of [0, 1, 29, LAST - 2, LAST - 1]) {
        expect(await positionsFrom(log, after)).toEqual(span(after + 1));
      }
    }
  });
});
