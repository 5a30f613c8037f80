/** Append conditions in terms of today's contracts, over events that were recorded under earlier ones. */
import { jest } from '@jest/globals';
import { EMBEDDED } from '../../../../test/support/event-stores.js';
import {
  about,
  everInsured,
  insured1,
  logWith,
  parcelInsured,
  parcelSent,
  parcelsLog,
  sendAsOnce,
  sentLater,
} from '../../../../test/support/parcels.js';
import { TemporaryFolder } from '../../../../test/support/server.js';
import { AppendConditionFailed } from '../errors.js';
import type { EventLog } from '../event-log.js';
import { EVERYTHING, START, commitId, position, tag, type Query } from '../event.js';
import type { EventStore } from '../event-store.js';

describe.each(EMBEDDED)('appending under a condition to a log of several revisions in $name', ({ open }) => {
  let folder: TemporaryFolder;
  let store: EventStore;
  let log: EventLog;

  beforeEach(async () => {
    folder = new TemporaryFolder();
    store = await open(folder.path);
    log = parcelsLog(store);
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    await log.close();
    folder.remove();
  });

  const appendUnless = (query: Query, after = START): Promise<unknown> =>
    log.append([parcelSent.create({ parcel: 'z', by: 'ada' })], { condition: { query, after } });
  const failedAt = (at: number): Error =>
    expect.objectContaining({ constructor: AppendConditionFailed, position: at }) as Error;

  it('fails at what has become of the type since it was recorded', async () => {
    await sendAsOnce(store, [['a']]);
    await sendAsOnce(store, [['b', 200]]);
    await expect(appendUnless(everInsured)).rejects.toEqual(failedAt(2));
  });

  it('fails at what has the tag since it was recorded', async () => {
    await sendAsOnce(store, [['a']]);
    await sendAsOnce(store, [['b']]);
    await expect(appendUnless(about('b'))).rejects.toEqual(failedAt(2));
  });

  it('holds when what was recorded might have become what it means, and has not', async () => {
    await sendAsOnce(store, [['a'], ['b']]);
    await expect(appendUnless(everInsured)).resolves.toMatchObject({ first: 2 });
    await expect(appendUnless(about('c'))).resolves.toMatchObject({ first: 3 });
  });

  it('holds when what it means has become nothing', async () => {
    await sendAsOnce(store, []);
    await expect(appendUnless([{ types: ['parcel.sent'] }])).resolves.toMatchObject({ first: 2 });
  });

  it('means everything fails at whatever was recorded, also at what has become nothing', async () => {
    await sendAsOnce(store, []);
    await expect(appendUnless(EVERYTHING)).rejects.toEqual(failedAt(1));
  });

  it('looks only at what stands after its position', async () => {
    await sendAsOnce(store, [['a', 100]]);
    await expect(appendUnless(everInsured, position(1))).resolves.toMatchObject({ first: 2 });
  });

  it('fails at what cannot be read, which may be what it means', async () => {
    await logWith(store, sentLater).append([sentLater.create({}, [tag('parcel:a')])]);
    await expect(appendUnless(about('a'))).rejects.toEqual(failedAt(1));
  });

  it('fails at what older code recorded between looking and appending', async () => {
    await sendAsOnce(store, [['a']]);
    const append = store.append.bind(store);
    let times = 0;
    jest.spyOn(store, 'append').mockImplementation(async (commit) => {
      times += 1;
      if (times === 2) await logWith(store, insured1).append([insured1.create({ parcel: 'b', cents: 1 })]);
      return append(commit);
    });
    await expect(appendUnless(everInsured)).rejects.toEqual(failedAt(2));
  });

  it('gives up when older code is faster each time, and says so as for any conflict', async () => {
    const append = store.append.bind(store);
    let times = 0;
    jest.spyOn(store, 'append').mockImplementation(async (commit) => {
      times += 1;
      if (commit.condition !== undefined) await sendAsOnce(store, [['a']]);
      return append(commit);
    });
    await expect(appendUnless(everInsured)).rejects.toEqual(failedAt(10));
    expect(times).toBe(20);
  });

  it('is answered as the first time when it is repeated', async () => {
    await sendAsOnce(store, [['a', 100]]);
    const options = { commitId: commitId('mine'), condition: { query: everInsured, after: position(1) } };
    const events = [parcelInsured.create({ parcel: 'a', value: '9.99' })];
    const first = await log.append(events, options);
    expect(await log.append(events, options)).toEqual({ ...first, repeated: true });
  });
});
