import fc from 'fast-check';
import { assign, createMachine } from 'xstate';
import { add, amountAdded, amountsLog, noteTaken, totalOf } from '../../../test/support/amounts.js';
import { RememberedSnapshots } from '../../../test/support/remembered-snapshots.js';
import { run } from '../../../test/support/running-projection.js';
import { position, START } from '../event-log/event.js';
import { defineProjection } from './define-projection.js';
import { NOTHING_FOLDED } from './snapshots/rolling-digest.js';

describe('a projection', () => {
  it('is recovering until it has folded what stood in the log when it started', async () => {
    const log = amountsLog();
    await add(log, 1, 2, 3);
    const { projection, recovered } = run(totalOf('total'), log);
    expect(projection.status).toBe('recovering');
    const report = await recovered;
    expect(projection.status).toBe('following');
    expect(report).toMatchObject({ position: 3, restoredFrom: 0, events: 3 });
  });

  it('follows an empty log at once', async () => {
    const { projection, recovered } = run(totalOf('total'), amountsLog());
    await expect(recovered).resolves.toMatchObject({ position: 0, events: 0 });
    expect(projection.status).toBe('following');
  });

  it('folds what is recorded after it started', async () => {
    const log = amountsLog();
    const { projection, recovered, reached } = run(totalOf('total'), log);
    await recovered;
    await add(log, 5);
    await add(log, 6, 7);
    await reached(3);
    expect(projection.state).toEqual({ value: 'totalling', context: { total: 18, count: 3 } });
  });

  it('moves on over events that it does not consume, and folds none of them', async () => {
    const log = amountsLog();
    const { projection, reached } = run(totalOf('total'), log);
    await log.append([amountAdded.create({ amount: 5 }), noteTaken.create({ text: 'five' })]);
    await log.append([noteTaken.create({ text: 'nothing' })]);
    await reached(3);
    expect(projection.position).toBe(3);
    expect(projection.state.context).toEqual({ total: 5, count: 1 });
  });

  it('hands a machine with a wildcard only the events that it consumes', async () => {
    const log = amountsLog();
    const machine = createMachine({
      context: { seen: [] as readonly string[] },
      on: { '*': { actions: assign({ seen: ({ context, event }) => [...context.seen, event.type] }) } },
    });
    const everything = defineProjection({
      name: 'everything',
      machine,
      consumes: [amountAdded],
      view: ({ context }) => ({ seen: context.seen }),
    });
    const { projection, reached } = run(everything, log);
    await log.append([noteTaken.create({ text: 'five' }), amountAdded.create({ amount: 5 })]);
    await reached(2);
    expect(projection.view()).toEqual({ seen: ['amount.added'] });
  });

  it('makes its view once for each state', async () => {
    const log = amountsLog();
    const { projection, reached } = run(totalOf('total'), log);
    await add(log, 5);
    await reached(1);
    expect(projection.view()).toEqual({ total: 5, count: 1, state: 'totalling' });
    expect(projection.view()).toBe(projection.view());
  });

  it('tells that it is stopped, folds no further, and can still be asked', async () => {
    const log = amountsLog();
    const stopped = run(totalOf('total'), log);
    const other = run(totalOf('other'), log);
    await add(log, 5);
    await Promise.all([stopped.reached(1), other.reached(1)]);
    await stopped.projection.stop();
    await add(log, 6);
    await other.reached(2);
    expect(stopped.projection.status).toBe('stopped');
    expect(stopped.projection.view()).toMatchObject({ total: 5 });
  });
});

describe('live, replayed, and restored from a snapshot', () => {
  const commits = fc.array(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 4 }), {
    maxLength: 8,
  });

  it('are the same state', async () => {
    await fc.assert(
      fc.asyncProperty(commits, commits, async (before, after) => {
        const log = amountsLog();
        const store = new RememberedSnapshots();
        const first = run(totalOf('total'), log, { store });
        for (const amounts of before) await add(log, ...amounts);
        await first.reached(before.flat().length);
        await first.projection.stop();
        const live = run(totalOf('total'), log);
        const restored = run(totalOf('total'), log, { store });
        for (const amounts of after) await add(log, ...amounts);
        const replayed = run(totalOf('total'), log);
        const head = before.flat().length + after.flat().length;
        await Promise.all([live.reached(head), restored.reached(head), replayed.reached(head)]);
        expect(restored.projection.state).toEqual(replayed.projection.state);
        expect(live.projection.state).toEqual(replayed.projection.state);
        expect(restored.projection.folded).toEqual(replayed.projection.folded);
        expect(live.projection.folded).toEqual(replayed.projection.folded);
      }),
      { numRuns: 40 },
    );
  });

  it('differ in how much is folded: after a snapshot, only what stands after it', async () => {
    const log = amountsLog();
    await add(log, 1, 2, 3, 4);
    const definition = totalOf('total');
    const state = { value: 'totalling', context: { total: 6, count: 3 } };
    const store = new RememberedSnapshots({
      position: position(3),
      log: log.identity,
      hash: (await log.hashAt(position(3))) ?? '',
      machine: definition.fingerprint,
      digest: NOTHING_FOLDED,
      state,
    });
    const { projection, recovered } = run(definition, log, { store });
    await expect(recovered).resolves.toMatchObject({ restoredFrom: 3, events: 1, position: 4 });
    expect(projection.state.context).toEqual({ total: 10, count: 4 });
  });

  it('are the same when the newest snapshot cannot be read', async () => {
    const log = amountsLog();
    await add(log, 1, 2, 3);
    const definition = totalOf('total');
    const older = {
      position: position(1),
      log: log.identity,
      hash: (await log.hashAt(position(1))) ?? '',
      machine: definition.fingerprint,
      digest: NOTHING_FOLDED,
      state: { value: 'totalling', context: { total: 1, count: 1 } },
    };
    const store = new RememberedSnapshots({ name: 'newest', reason: 'it is cut off' }, older);
    const { projection, recovered, told } = run(definition, log, { store });
    await expect(recovered).resolves.toMatchObject({ restoredFrom: 1 });
    expect(projection.state.context).toEqual({ total: 6, count: 3 });
    expect(told.unreadable).toEqual([{ name: 'newest', reason: 'it is cut off' }]);
  });
});

describe('waiting for a position', () => {
  it('ends at once where the position is folded already', async () => {
    const log = amountsLog();
    const { projection, recovered } = run(totalOf('total'), log);
    await recovered;
    await expect(projection.reached(START, AbortSignal.timeout(10_000))).resolves.toBeUndefined();
  });

  it('ends when the position is folded, and not before', async () => {
    const log = amountsLog();
    const { projection } = run(totalOf('total'), log);
    const seen: number[] = [];
    const waiting = projection
      .reached(position(2), AbortSignal.timeout(10_000))
      .then(() => seen.push(projection.position));
    await add(log, 1);
    await add(log, 2);
    await waiting;
    expect(seen).toEqual([2]);
  });

  it('ends with the reason of the signal that ends it', async () => {
    const { projection } = run(totalOf('total'), amountsLog());
    const ending = new AbortController();
    const waiting = projection.reached(position(1), ending.signal);
    ending.abort(new Error('the client is gone'));
    await expect(waiting).rejects.toThrow('the client is gone');
  });
});
