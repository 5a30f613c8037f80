/** Queries of a database take turns: few run, a bounded number wait, each has a bounded time. */
import { DatabaseClosed } from './database-damage.js';
import { EntityQueriesBusy, EntityQueryTooSlow } from './entity-problems.js';
import { QueryGate } from './query-gate.js';

const never = new AbortController().signal;

/** A query that lasts until it is ended. */
const endless = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });

describe('a gate for queries', () => {
  it('lets as many run as it says, and the next one when one of them has ended', async () => {
    const gate = new QueryGate({ concurrent: 2 });
    const begun: string[] = [];
    const ends = new Map<string, () => void>();
    const run = (name: string): Promise<void> =>
      gate.run(never, () => {
        begun.push(name);
        return new Promise((resolve) => ends.set(name, resolve));
      });
    const all = ['a', 'b', 'c', 'd'].map(run);
    await Promise.resolve();
    await new Promise(setImmediate);
    expect(begun).toEqual(['a', 'b']);
    ends.get('b')?.();
    await all[1];
    await new Promise(setImmediate);
    expect(begun).toEqual(['a', 'b', 'c']);
    for (const name of ['a', 'c']) ends.get(name)?.();
    await Promise.all([all[0], all[2]]);
    ends.get('d')?.();
    await all[3];
  });

  it('refuses a query when too many wait', async () => {
    const gate = new QueryGate({ concurrent: 1, maxWaiting: 1 });
    const leaving = new AbortController();
    const both = [gate.run(leaving.signal, endless), gate.run(leaving.signal, endless)];
    await expect(gate.run(never, () => Promise.resolve())).rejects.toThrow(EntityQueriesBusy);
    leaving.abort(new Error('left'));
    await Promise.all(both.map((query) => expect(query).rejects.toThrow('left')));
    await expect(gate.run(never, () => Promise.resolve('again'))).resolves.toBe('again');
  });

  it('ends a query that takes too long, whether it runs or waits', async () => {
    const gate = new QueryGate({ concurrent: 1, timeoutMs: 20 });
    const both = [gate.run(never, endless), gate.run(never, endless)];
    for (const query of both) await expect(query).rejects.toThrow(EntityQueryTooSlow);
  });

  it('does not begin a query whose client has left while it waited', async () => {
    const gate = new QueryGate({ concurrent: 1 });
    const [first, second] = [new AbortController(), new AbortController()];
    const running = gate.run(first.signal, endless);
    let isBegun = false;
    const waiting = gate.run(second.signal, () => {
      isBegun = true;
      return Promise.resolve();
    });
    second.abort(new Error('left'));
    await expect(waiting).rejects.toThrow('left');
    first.abort(new Error('left'));
    await expect(running).rejects.toThrow('left');
    expect(isBegun).toBe(false);
  });

  it('ends all of them when it is closed, and takes none from then on', async () => {
    const gate = new QueryGate({ concurrent: 1 });
    const both = [gate.run(never, endless), gate.run(never, endless)];
    await Promise.all([gate.close(), ...both.map((query) => expect(query).rejects.toThrow(DatabaseClosed))]);
    await expect(gate.run(never, () => Promise.resolve())).rejects.toThrow(DatabaseClosed);
  });
});
