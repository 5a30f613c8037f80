/** A projection with a long log before it, and the snapshots that it takes on its way. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { add, amountsLog, totalOf } from '../../../test/support/amounts.js';
import { RememberedSnapshots } from '../../../test/support/remembered-snapshots.js';
import { later, run } from '../../../test/support/running-projection.js';
import type { EventLog } from '../event-log/event-log.js';
import { PAGE_SIZE } from '../event-log/event.js';

/** One of every page, whatever it costs. */
const pace = { spacing: PAGE_SIZE, share: () => 1 };

async function addPages(log: EventLog, count: number): Promise<void> {
  const amounts = new Array<number>(PAGE_SIZE).fill(1);
  for (let page = 0; page < count; page += 1) await add(log, ...amounts);
}

/** As many turns of the event loop as a replay of some pages takes. */
async function manyTurns(): Promise<void> {
  for (let turn = 0; turn < 200; turn += 1) await nextTurn();
}

const positions = (store: RememberedSnapshots): readonly unknown[] =>
  store.kept.map((found) => ('position' in found ? found.position : found)).toReversed();

describe('a replay', () => {
  it('leaves a snapshot of every stretch as long as the spacing', async () => {
    const log = amountsLog();
    await addPages(log, 8);
    const store = new RememberedSnapshots();
    const { projection, recovered } = run(totalOf('total'), log, { store, pace });
    await recovered;
    await projection.stop();
    expect(positions(store)).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((page) => page * PAGE_SIZE));
  });

  it('waits while one snapshot is being written and one waits, and then goes on', async () => {
    const log = amountsLog();
    await addPages(log, 6);
    const store = new RememberedSnapshots();
    const written = later<undefined>();
    store.busy = written.promise;
    const { projection, recovered } = run(totalOf('total'), log, { store, pace });
    await manyTurns();
    expect(projection.position).toBe(2 * PAGE_SIZE);
    expect(store.asked).toBe(1);
    written.resolve(undefined);
    await expect(recovered).resolves.toMatchObject({ position: 6 * PAGE_SIZE });
    await projection.stop();
    expect(positions(store)).toHaveLength(6);
  });

  it('can be stopped while it waits', async () => {
    const log = amountsLog();
    await addPages(log, 6);
    const store = new RememberedSnapshots();
    const written = later<undefined>();
    store.busy = written.promise;
    const { projection } = run(totalOf('total'), log, { store, pace });
    await manyTurns();
    const stopped = projection.stop();
    written.resolve(undefined);
    await stopped;
    await manyTurns();
    expect(projection.position).toBe(2 * PAGE_SIZE);
    expect(positions(store)).toEqual([PAGE_SIZE, 2 * PAGE_SIZE]);
  });
});

describe('a projection that follows live', () => {
  it('does not wait for its snapshots, and is not held up by a disk that hangs', async () => {
    const log = amountsLog();
    const store = new RememberedSnapshots();
    store.busy = later<undefined>().promise;
    const { projection, recovered } = run(totalOf('total'), log, { store, pace });
    await recovered;
    await addPages(log, 6);
    await manyTurns(); // not as long as a replay would wait
    expect(projection.position).toBe(6 * PAGE_SIZE);
    expect(store.asked).toBe(1);
    expect(projection.state.context.total).toBe(6 * PAGE_SIZE);
  });
});
