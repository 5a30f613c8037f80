import { add, amountsLog, noteTaken, totalOf } from '../../../test/support/amounts.js';
import { RememberedSnapshots } from '../../../test/support/remembered-snapshots.js';
import { run, type Running } from '../../../test/support/running-projection.js';
import type { EventLog } from '../event-log/event-log.js';
import { position } from '../event-log/event.js';

const bad = (amount: number): boolean => amount === 13;

describe('a projection whose machine throws at an event', () => {
  it('is faulted, stands before that event, and has the last good state', async () => {
    const log = amountsLog();
    await add(log, 1, 2, 13, 4);
    const { projection, faulted } = run(totalOf('total', bad), log);
    const fault = await faulted;
    expect(fault).toMatchObject({
      position: 3,
      error: new RangeError('13 is too much'),
      event: { position: 3, type: 'amount.added' },
    });
    expect(projection.status).toBe('faulted');
    expect(projection.fault).toEqual(fault);
    expect(projection.position).toBe(2);
    expect(projection.state).toEqual({ value: 'totalling', context: { total: 3, count: 2 } });
  });

  it('faults in the same way at an event that comes while it follows', async () => {
    const log = amountsLog();
    const { projection, recovered, faulted } = run(totalOf('total', bad), log);
    await recovered;
    await add(log, 1);
    await log.append([noteTaken.create({ text: 'not consumed' })]);
    await add(log, 13);
    await expect(faulted).resolves.toMatchObject({ position: 3 });
    expect(projection.position).toBe(2);
  });

  it('tells of it once, and does not fold what comes after it', async () => {
    const log = amountsLog();
    const { projection, faulted, told } = run(totalOf('total', bad), log);
    const other = run(totalOf('other'), log);
    await add(log, 13);
    await faulted;
    await add(log, 5);
    await add(log, 13);
    await other.reached(3);
    expect(told.faults).toHaveLength(1);
    expect(projection.state.context).toEqual({ total: 0, count: 0 });
  });

  it('does not hinder another projection, nor the log', async () => {
    const log = amountsLog();
    const failing = run(totalOf('failing', bad), log);
    const other = run(totalOf('other'), log);
    await add(log, 1, 13);
    await failing.faulted;
    await add(log, 5);
    await other.reached(3);
    expect(other.projection.status).toBe('following');
    expect(other.projection.state.context).toEqual({ total: 19, count: 3 });
  });

  it('wakes those who wait for what it folded, and leaves the others to their signal', async () => {
    const log = amountsLog();
    const { projection, faulted, reached } = run(totalOf('total', bad), log);
    const ending = new AbortController();
    const before = reached(1);
    const after = projection.reached(position(2), ending.signal);
    await add(log, 1, 13);
    await before;
    await faulted;
    ending.abort(new Error('waited long enough'));
    await expect(after).rejects.toThrow('waited long enough');
  });

  it('keeps a snapshot of the last good state when it stops', async () => {
    const log = amountsLog();
    const store = new RememberedSnapshots();
    const definition = totalOf('total', bad);
    const { projection, faulted } = run(definition, log, { store });
    await add(log, 1, 13);
    await faulted;
    await projection.stop();
    expect(store.kept).toMatchObject([
      {
        position: 1,
        log: log.identity,
        machine: definition.fingerprint,
        state: { value: 'totalling', context: { total: 1, count: 1 } },
      },
    ]);
  });
});

describe('a projection that was faulted and is started again', () => {
  const faultAndStop = async (log: EventLog, store: RememberedSnapshots): Promise<void> => {
    const { projection, faulted } = run(totalOf('total', bad), log, { store });
    await add(log, 1, 13, 5);
    await faulted;
    await projection.stop();
  };

  const again = (log: EventLog, store: RememberedSnapshots, isBad = bad): Running<unknown>['projection'] =>
    run(totalOf('total', isBad), log, { store }).projection;

  it('resumes at the event where it stopped once its machine can fold it', async () => {
    const log = amountsLog();
    const store = new RememberedSnapshots();
    await faultAndStop(log, store);
    const projection = again(log, store, () => false);
    await projection.reached(position(3), AbortSignal.timeout(10_000));
    expect(projection.state.context).toEqual({ total: 19, count: 3 });
  });

  it('faults at the same event if nothing has changed', async () => {
    const log = amountsLog();
    const store = new RememberedSnapshots();
    await faultAndStop(log, store);
    const { faulted } = run(totalOf('total', bad), log, { store });
    await expect(faulted).resolves.toMatchObject({ position: 2 });
  });
});
