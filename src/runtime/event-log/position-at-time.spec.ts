/** Moments in a log, found by its times. */
import fc from 'fast-check';
import { add, amountAdded } from '../../../test/support/amounts.js';
import { newCommit } from '../../../test/support/new-commit.js';
import { EventLog } from './event-log.js';
import { position } from './event.js';
import { positionAt, timeAt } from './position-at-time.js';
import { MemoryStore } from '../stores/memory.store.js';

/** Commits of so many events, recorded at these milliseconds. */
async function logOf(
  commits: readonly { readonly time: number; readonly events: number }[],
): Promise<EventLog> {
  let now = 0;
  const log = new EventLog(new MemoryStore(), { now: () => new Date(now) });
  log.contracts.register([amountAdded]);
  for (const { time, events } of commits) {
    now = time;
    await add(log, ...Array.from({ length: events }, () => 1));
  }
  return log;
}

describe('the position at a moment', () => {
  it('is the beginning in an empty log', async () => {
    expect(await positionAt(await logOf([]), 5)).toBe(0);
  });

  it('is that of the last event then or before, all of one commit and of one millisecond within', async () => {
    const log = await logOf([
      { time: 10, events: 2 },
      { time: 20, events: 3 },
      { time: 20, events: 1 },
      { time: 30, events: 1 },
    ]);
    const found = await Promise.all([9, 10, 19, 20, 29, 30, 1e15].map((moment) => positionAt(log, moment)));
    expect(found).toEqual([0, 2, 2, 6, 6, 7, 7]);
  });

  it('is what looking at every event finds', async () => {
    const commits = fc
      .array(fc.record({ time: fc.nat(5), events: fc.integer({ min: 1, max: 4 }) }), { maxLength: 12 })
      .map((steps) => {
        let time = 0;
        return steps.map((step) => ({ ...step, time: (time += step.time) }));
      });
    await fc.assert(
      fc.asyncProperty(commits, fc.nat(60), async (made, moment) => {
        const expected = made
          .filter(({ time }) => time <= moment)
          .reduce((sum, { events }) => sum + events, 0);
        expect(await positionAt(await logOf(made), moment)).toBe(expected);
      }),
      { numRuns: 50 },
    );
  });

  it('stays the same for the same time, though the clock is set back and forward again', async () => {
    const log = await logOf([10, 50, 20, 60].map((time) => ({ time, events: 1 })));
    expect(await Promise.all([20, 49, 50, 59].map((time) => positionAt(log, time)))).toEqual([1, 1, 3, 3]);
  });

  it('is one that later times follow, where times run back in a log that was imported', async () => {
    const times = [10, 50, 20, 30, 60];
    const store = new MemoryStore();
    for (const [index, time] of times.entries()) {
      const imported = { time: new Date(time).toISOString(), isImported: true };
      await store.append(newCommit(`c${index}`, null, imported));
    }
    const found = await positionAt(new EventLog(store), 40);
    expect([times[found - 1], times[found]].map((time = 0) => time <= 40)).toEqual([true, false]);
  });
});

describe('the time at a position', () => {
  it('is that of its commit, and none before the first event or after the last', async () => {
    const log = await logOf([{ time: 10, events: 2 }]);
    const found = await Promise.all([0, 1, 2, 3].map((at) => timeAt(log, position(at))));
    const time = '1970-01-01T00:00:00.010Z';
    expect(found).toEqual([undefined, time, time, undefined]);
  });
});
