import { setImmediate as nextTurn } from 'node:timers/promises';
import { Watchers } from './watchers.js';

const never = new AbortController().signal;

describe('watchers', () => {
  it('are woken by a change', async () => {
    const watchers = new Watchers();
    const changed = watchers.watch(never).changed();
    watchers.notify();
    await changed;
  });

  it('are told at once of what has changed since they asked last', async () => {
    const watchers = new Watchers();
    const watcher = watchers.watch(never);
    watchers.notify();
    watchers.notify();
    await watcher.changed();
    const next = watcher.changed();
    watchers.notify();
    await next;
  });

  it('are woken some in a turn, so that thousands do not hold up the thread', async () => {
    const watchers = new Watchers();
    let woken = 0;
    for (let count = 0; count < 4000; count += 1) {
      void watchers
        .watch(never)
        .changed()
        .then(() => {
          woken += 1;
        });
    }
    watchers.notify();
    const turns: number[] = [];
    for (let before = 0; woken < 4000; before = woken) {
      await nextTurn();
      turns.push(woken - before);
    }
    // Of the thread's turn and the one that the watchers take in it.
    expect(Math.max(...turns)).toBeLessThanOrEqual(512);
    expect(turns.length).toBeGreaterThanOrEqual(8);
  });

  it('see every change, also one that comes while others are woken', async () => {
    const watchers = new Watchers();
    let latest = 0;
    const seen: number[] = [];
    const look = async (index: number): Promise<void> => {
      const watcher = watchers.watch(never);
      for (;;) {
        seen[index] = latest;
        if (latest === 50) return;
        await watcher.changed();
      }
    };
    const all = Promise.all(Array.from({ length: 300 }, (_, index) => look(index)));
    for (latest = 1; latest < 50; latest += 1) {
      watchers.notify();
      if (latest % 3 === 0) await nextTurn();
    }
    watchers.notify();
    await all;
    expect(new Set(seen)).toEqual(new Set([50]));
  });

  it('are woken when their signal is aborted, and are then no longer counted', async () => {
    let isEmpty = false;
    const watchers = new Watchers(() => {
      isEmpty = true;
    });
    const [one, other] = [new AbortController(), new AbortController()];
    const waiting = watchers.watch(one.signal).changed();
    watchers.watch(other.signal);
    one.abort();
    await waiting;
    expect([watchers.count, isEmpty]).toEqual([1, false]);
    other.abort();
    expect([watchers.count, isEmpty]).toEqual([0, true]);
  });
});
