/** Deciding over events of earlier and of newer revisions. */
import { z } from 'zod';
import { insuranceDecider, insure } from '../../../test/support/parcel-consumers.js';
import { insured1, logWith, parcelsLog, sendAsOnce, sentLater } from '../../../test/support/parcels.js';
import { defineEvent } from '../event-log/contracts/event-contract.js';
import { EventUnreadable } from '../event-log/errors.js';
import { tag, type Commit } from '../event-log/event.js';
import { MemoryStore } from '../stores/memory.store.js';
import { execute } from './execute.js';

const tags = [tag('parcel:a')];

describe('a decider', () => {
  let store: MemoryStore;

  beforeEach(() => {
    store = new MemoryStore();
  });

  const insureA = (): Promise<Commit> => execute(parcelsLog(store), insuranceDecider, 'a', insure, 'a');

  it('folds what was recorded as another type and without its tag', async () => {
    await sendAsOnce(store, [['a', 100]]);
    await expect(insureA()).rejects.toThrow('The parcel a is insured already.');
  });

  it('is not affected by older events that turn out to be about another subject', async () => {
    await sendAsOnce(store, [['a'], ['b', 200]]);
    await expect(insureA()).resolves.toMatchObject({ first: 2 });
  });

  it('stops at an event of a newer revision that it consumes', async () => {
    const insuredLater = defineEvent({ type: 'parcel.insured', revision: 3, schema: z.json() });
    await logWith(store, insuredLater).append([insuredLater.create({}, tags)]);
    await expect(insureA()).rejects.toThrow(EventUnreadable);
  });

  it('passes an event of a newer revision that it does not consume, even about its subject', async () => {
    await logWith(store, sentLater).append([sentLater.create({}, tags)]);
    await expect(insureA()).resolves.toMatchObject({ first: 2 });
  });

  it('decides again when older code changes its subject meanwhile', async () => {
    const log = parcelsLog(store);
    const deciding = {
      ...insure,
      decide: (...given: Parameters<typeof insure.decide>) => {
        void logWith(store, insured1).append([insured1.create({ parcel: 'a', cents: 1 }, tags)]);
        return insure.decide(...given);
      },
    };
    await expect(execute(log, insuranceDecider, 'a', deciding, 'a')).rejects.toThrow('insured already');
    expect(await log.head()).toBe(1);
  });
});
