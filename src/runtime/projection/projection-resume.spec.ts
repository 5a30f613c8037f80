/** A projection that stopped goes on: once the cause is gone, or without the event. */
import { add, amountsLog, noteTaken, totalOf, type TotalContext } from '../../../test/support/amounts.js';
import { RememberedSnapshots } from '../../../test/support/remembered-snapshots.js';
import { run, type Running } from '../../../test/support/running-projection.js';
import { position, tag } from '../event-log/event.js';
import type { EventLog } from '../event-log/event-log.js';
import { StoreUnavailable } from '../event-log/errors.js';
import { MemoryStore } from '../stores/memory.store.js';
import { eventSkipped, recordSkip } from './skipping.js';

const bad = (amount: number): boolean => amount === 13;

const skip = (log: EventLog, at: number): Promise<unknown> =>
  recordSkip(log, { projection: 'total', position: position(at), reason: 'a slip' });

/** At position 3, of four. */
async function faultedAt3(
  log = amountsLog(),
  isBad = bad,
): Promise<Running<TotalContext> & { log: EventLog }> {
  const running = run(totalOf('total', isBad), log);
  await add(log, 1, 2, 13, 4);
  await running.faulted;
  return { ...running, log };
}

describe('a faulted projection that is told to resume', () => {
  it('stops again at the same event when nothing has changed, with its state', async () => {
    const { projection, told } = await faultedAt3();
    await projection.resume();
    expect(projection.status).toBe('faulted');
    expect(told.faults.map((fault) => fault.position)).toEqual([3, 3]);
    expect(projection.position).toBe(2);
    expect(projection.state.context).toEqual({ total: 3, count: 2 });
  });

  it('goes on from there, and folds nothing twice, once the cause is gone', async () => {
    let isFixed = false;
    const { projection, resumed, log } = await faultedAt3(amountsLog(), (amount) => bad(amount) && !isFixed);
    isFixed = true;
    await projection.resume();
    expect(projection.status).toBe('following');
    expect(projection.fault).toBeUndefined();
    expect(projection.state.context).toEqual({ total: 20, count: 4 });
    await expect(resumed).resolves.toMatchObject({ restoredFrom: 2, position: 4, events: 2 });
    const { projection: never, recovered } = run(totalOf('never'), log);
    await recovered;
    expect(projection.folded).toEqual(never.folded);
  });

  it('follows what comes after', async () => {
    const { projection, reached, log } = await faultedAt3();
    await skip(log, 3);
    await projection.resume();
    await add(log, 5);
    await reached(6);
    expect(projection.state.context).toEqual({ total: 12, count: 4 });
  });

  it('does nothing unless it is faulted', async () => {
    const log = amountsLog();
    const { projection, recovered } = run(totalOf('total'), log);
    await recovered;
    await projection.resume();
    expect(projection.status).toBe('following');
    await projection.stop();
    await projection.resume();
    expect(projection.status).toBe('stopped');
  });

  it('is told so by several at once, and resumes once', async () => {
    const { projection, log } = await faultedAt3();
    await skip(log, 3);
    await Promise.all([projection.resume(), projection.resume(), projection.resume()]);
    expect(projection.status).toBe('following');
    expect(projection.state.context).toEqual({ total: 7, count: 3 });
  });

  it('tries again when it was the log that could not be read', async () => {
    class Failing extends MemoryStore {
      isAway = true;
      override head(): ReturnType<MemoryStore['head']> {
        return this.isAway ? Promise.reject(new StoreUnavailable()) : super.head();
      }
    }
    const store = new Failing();
    const { projection, faulted } = run(totalOf('total'), amountsLog(store));
    const fault = await faulted;
    expect(fault).not.toHaveProperty('event');
    expect(fault.message).toMatch(/^StoreUnavailable: /);
    await projection.resume();
    expect(projection.status).toBe('faulted');
    store.isAway = false;
    await projection.resume();
    expect(projection.status).toBe('following');
  });
});

describe('a skip of the event at which a projection stopped', () => {
  it('has it go on without the event, from then on in every replay', async () => {
    const { projection, log } = await faultedAt3();
    await skip(log, 3);
    await projection.resume();
    const again = run(totalOf('total', bad), log);
    await again.recovered;
    expect(again.told.faults).toEqual([]);
    expect(projection.folded).toMatchObject({ position: 5, state: { context: { total: 7, count: 3 } } });
    expect(again.projection.folded).toEqual(projection.folded);
  });

  it('is not itself folded', async () => {
    const { projection, log } = await faultedAt3();
    await skip(log, 3);
    await projection.resume();
    const never = run(totalOf('never'), amountsLogWith(1, 2, undefined, 4));
    await never.recovered;
    expect(projection.folded.digest).toEqual(never.projection.folded.digest);
  });

  it('changes nothing for another projection', async () => {
    const { projection, log } = await faultedAt3();
    const other = run(totalOf('other'), log);
    await skip(log, 3);
    await projection.resume();
    await other.reached(5);
    expect(other.projection.state.context).toEqual({ total: 20, count: 4 });
  });
});

/** A note stands where there is no amount. */
function amountsLogWith(...amounts: readonly (number | undefined)[]): EventLog {
  const log = amountsLog();
  for (const amount of amounts) {
    void (amount === undefined ? log.append([noteTaken.create({ text: 'no amount' })]) : add(log, amount));
  }
  return log;
}

describe('a skip that somebody else records', () => {
  it('is kept to although the event is yet to be folded', async () => {
    const log = amountsLog();
    const { projection, recovered, reached, told } = run(totalOf('total', bad), log);
    await recovered;
    await log.appendAsRuntime([
      ...[1, 13, 4].map((amount) => ({ type: 'amount.added', data: { amount } })),
      eventSkipped.create({ projection: 'total', position: 2, reason: 'a slip' }, [tag('projection:total')]),
    ]);
    await reached(4);
    expect(told.faults).toEqual([]);
    expect(projection.state.context).toEqual({ total: 5, count: 2 });
  });

  it('has the log folded anew without the event when that was folded long ago', async () => {
    const log = amountsLog();
    const store = new RememberedSnapshots();
    const { projection, reached } = run(totalOf('total'), log, { store });
    await add(log, 1, 2, 3);
    await reached(3);
    await skip(log, 2);
    await reached(4);
    expect(projection.folded).toMatchObject({ position: 4, state: { context: { total: 4, count: 2 } } });
    await projection.stop();
    const again = run(totalOf('total'), log, { store });
    await expect(again.recovered).resolves.toMatchObject({ restoredFrom: 4 });
    expect(again.projection.folded).toEqual(projection.folded);
  });
});

describe('a snapshot from before a skip', () => {
  it('is not used when it stands after what is skipped, and is when it stands before', async () => {
    const log = amountsLog();
    const store = new RememberedSnapshots();
    const definition = totalOf('total');
    for (const amount of [1, 2, 3]) {
      const { projection, recovered } = run(definition, log, { store });
      await recovered;
      await add(log, amount);
      await projection.reached(position(amount), AbortSignal.timeout(10_000));
      await projection.stop();
    }
    await skip(log, 2);
    const { projection, recovered, told } = run(definition, log, { store });
    await expect(recovered).resolves.toMatchObject({ restoredFrom: 1 });
    expect(told.unreadable).toEqual(
      [3, 2].map((at) => ({
        name: `the snapshot at position ${at}`,
        reason: 'it was folded when other events were skipped',
      })),
    );
    expect(projection.state.context).toEqual({ total: 4, count: 2 });
  });
});
