/** Projections over events of earlier, of newer and of unknown revisions. */
import { z } from 'zod';
import { parcelsOf } from '../../../test/support/parcel-consumers.js';
import {
  insured1,
  logWith,
  parcelInsured,
  parcelSent,
  parcelsLog,
  send,
  sendAsOnce,
  sent1,
  sent2,
  sentLater,
} from '../../../test/support/parcels.js';
import { RememberedSnapshots } from '../../../test/support/remembered-snapshots.js';
import { run } from '../../../test/support/running-projection.js';
import { EventUnreadable } from '../event-log/errors.js';
import { defineEvent } from '../event-log/contracts/event-contract.js';
import { MemoryStore } from '../stores/memory.store.js';

const givenStore = (): MemoryStore => new MemoryStore();

describe('a projection over events of earlier revisions', () => {
  it('folds what they are today, whether recorded before it began or since', async () => {
    const store = givenStore();
    await sendAsOnce(store, [['a', 100], ['b']]);
    const { projection, recovered, reached } = run(parcelsOf('parcels'), parcelsLog(store));
    await recovered;
    await sendAsOnce(store, [['c', 300]]);
    await send(parcelsLog(store), 'd');
    await reached(3);
    expect(projection.state.context).toEqual({ sent: ['a', 'b', 'c', 'd'], insured: ['a', 'c'] });
  });

  it('folds what was recorded as another type, though it consumes only what that becomes', async () => {
    const store = givenStore();
    await sendAsOnce(store, [['a', 100], ['b']]);
    const { projection, reached } = run(parcelsOf('insured', [parcelInsured]), parcelsLog(store));
    await reached(1);
    expect(projection.state.context).toEqual({ sent: [], insured: ['a'] });
  });

  it('recovers past an event that has become nothing, though it be the last one', async () => {
    const store = givenStore();
    await sendAsOnce(store, [['a']]);
    await sendAsOnce(store, []);
    const { projection, recovered } = run(parcelsOf('parcels'), parcelsLog(store));
    await expect(recovered).resolves.toMatchObject({ position: 2 });
    expect(projection.status).toBe('following');
  });

  it('can be waited for up to an event that has become nothing', async () => {
    const store = givenStore();
    const { recovered, reached, projection } = run(parcelsOf('parcels'), parcelsLog(store));
    await recovered;
    await sendAsOnce(store, []);
    await reached(1);
    expect(projection.position).toBe(1);
  });
});

describe('several events at one position', () => {
  const bad = (value: string): boolean => value === '3.00';

  it('are folded all or none', async () => {
    const store = givenStore();
    await sendAsOnce(store, [['a', 100]]);
    await sendAsOnce(store, [['b'], ['c', 300], ['d']]);
    const { projection, faulted } = run(parcelsOf('parcels', undefined, bad), parcelsLog(store));
    await expect(faulted).resolves.toMatchObject({ position: 2, error: new RangeError('3.00 is bad') });
    expect(projection.position).toBe(1);
    expect(projection.state.context).toEqual({ sent: ['a'], insured: ['a'] });
  });

  it('are each folded once by a projection that stopped at them and begins again', async () => {
    const store = givenStore();
    const snapshots = new RememberedSnapshots();
    await sendAsOnce(store, [['a', 100]]);
    await sendAsOnce(store, [['b'], ['c', 300], ['d']]);
    const first = run(parcelsOf('parcels', undefined, bad), parcelsLog(store), { store: snapshots });
    await first.faulted;
    await first.projection.stop();
    const mended = parcelsOf('parcels', undefined, () => false);
    const { projection, recovered } = run(mended, parcelsLog(store), { store: snapshots });
    await expect(recovered).resolves.toMatchObject({ restoredFrom: 1 });
    expect(projection.state.context).toEqual({ sent: ['a', 'b', 'c', 'd'], insured: ['a', 'c'] });
  });
});

describe('an event of a newer revision than this code knows', () => {
  const given = async (): Promise<MemoryStore> => {
    const store = givenStore();
    await sendAsOnce(store, [['a', 100]]);
    await logWith(store, insured1).append([insured1.create({ parcel: 'b', cents: 1 })]);
    await logWith(store, sentLater).append([sentLater.create({})]);
    await sendAsOnce(store, [['c', 300]]);
    return store;
  };

  it('stops the projection that consumes its type, before it, and says so', async () => {
    const { projection, faulted } = run(parcelsOf('sent', [parcelSent]), parcelsLog(await given()));
    const { position, error } = await faulted;
    expect(position).toBe(3);
    expect(error).toBeInstanceOf(EventUnreadable);
    expect((error as Error).message).toBe(
      'The event at position 3 is parcel.sent of revision 4, but this version knows revisions 1 to 3.',
    );
    expect(projection.status).toBe('faulted');
    expect(projection.position).toBe(2);
    expect(projection.state.context).toEqual({ sent: ['a'], insured: [] });
  });

  it('stops it when it comes while it follows, too', async () => {
    const store = givenStore();
    const { recovered, faulted } = run(parcelsOf('sent', [parcelSent]), parcelsLog(store));
    await recovered;
    await logWith(store, sentLater).append([sentLater.create({})]);
    await expect(faulted).resolves.toMatchObject({ position: 1 });
  });

  it('does not stop a projection that does not consume its type', async () => {
    const log = parcelsLog(await given());
    const { projection, reached, told } = run(parcelsOf('insured', [parcelInsured]), log);
    await reached(4);
    expect(projection.state.context.insured).toEqual(['a', 'b', 'c']);
    expect(told.faults).toEqual([]);
  });

  it('is folded once the code knows it', async () => {
    const newest = parcelSent.revise({
      schema: z.json(),
      upcast: ({ data }) => [{ data: { parcel: data.parcel } }],
    });
    const log = logWith(await given(), newest, parcelInsured);
    const { reached, told } = run(parcelsOf('sent', [newest]), log);
    await reached(4);
    expect(told.faults).toEqual([]);
  });
});

describe('an event of a type that nobody here knows', () => {
  it('is passed over by who does not consume it', async () => {
    const store = givenStore();
    const washed = defineEvent({ type: 'van.washed', revision: 9, schema: z.null() });
    await logWith(store, washed).append([washed.create(null)]);
    await send(parcelsLog(store), 'a');
    const { projection, reached } = run(parcelsOf('parcels'), parcelsLog(store));
    await reached(2);
    expect(projection.state.context.sent).toEqual(['a']);
  });
});

describe('an event whose upcaster fails', () => {
  const failing = sent1.revise({
    schema: sent2.schema,
    upcast: () => {
      throw new Error('cannot');
    },
  });

  it('stops the projection there, with the reason', async () => {
    const store = givenStore();
    await sendAsOnce(store, [['a']]);
    const { faulted } = run(parcelsOf('sent', [failing]), logWith(store, failing));
    await expect(faulted).resolves.toMatchObject({
      position: 1,
      error: { message: expect.stringContaining('from revision 1 to 2 failed: cannot') as string },
    });
  });
});

describe('a snapshot', () => {
  const takenWith = async (
    store: MemoryStore,
    ...contracts: Parameters<typeof logWith>[1][]
  ): Promise<RememberedSnapshots> => {
    const snapshots = new RememberedSnapshots();
    const { projection, reached } = run(parcelsOf('insured', [parcelInsured]), logWith(store, ...contracts), {
      store: snapshots,
    });
    await reached(1);
    await projection.stop();
    return snapshots;
  };

  it('is of no use once another type’s events have become what the projection consumes', async () => {
    const store = givenStore();
    await sendAsOnce(store, [['a', 100]]);
    const snapshots = await takenWith(store, sent2);
    const { projection, recovered, told } = run(parcelsOf('insured', [parcelInsured]), parcelsLog(store), {
      store: snapshots,
    });
    await expect(recovered).resolves.toMatchObject({ restoredFrom: 0 });
    expect(projection.state.context.insured).toEqual(['a']);
    expect(told.unreadable).toEqual([
      {
        name: 'the snapshot at position 1',
        reason:
          'it was folded by other code: the machine, its version or a revision of its events has changed',
      },
    ]);
  });

  it('is used again as long as all revisions are the same', async () => {
    const store = givenStore();
    await sendAsOnce(store, [['a', 100]]);
    const snapshots = await takenWith(store, parcelSent);
    const { recovered } = run(parcelsOf('insured', [parcelInsured]), parcelsLog(store), { store: snapshots });
    await expect(recovered).resolves.toMatchObject({ restoredFrom: 1 });
  });
});
