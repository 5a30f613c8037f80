/** A stream of events that is cut at random while others append: no event is missing, and none comes twice. */
import type { EventLog } from '../../src/runtime/event-log/event-log.js';
import { EVERYTHING, type Query } from '../../src/runtime/event-log/event.js';
import { MemoryStore } from '../../src/runtime/stores/memory.store.js';
import { until } from '../support/api.js';
import { StreamClient } from '../support/event-stream.js';
import {
  everInsured,
  logWith,
  parcelInsured,
  parcelSent,
  parcelsLog,
  send,
  sendAsOnce,
  sentLater,
  type Parcel,
} from '../support/parcels.js';
import { Random } from '../support/random.js';
import { serveLog, type ServedLog } from '../support/served-log.js';

const APPENDS = 300;

/** The ids of all events that match, as the log has them. */
async function idsIn(log: EventLog, query: Query): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const page of log.read(query))
    for (const { position, part } of page)
      ids.push(part === undefined ? String(position) : `${position}.${part}`);
  return ids;
}

/** Some of them become none, one or several events. */
async function appendMany(store: MemoryStore, random: Random): Promise<void> {
  for (let count = 0; count < APPENDS; count += 1) {
    if (random.onceIn(2)) await send(parcelsLog(store), 'p');
    else {
      const parcels = Array.from({ length: random.integer(0, 3) }, (): Parcel =>
        random.onceIn(2) ? ['q'] : ['q', 5],
      );
      await sendAsOnce(store, parcels);
    }
    if (random.onceIn(5)) await new Promise((resolve) => setTimeout(resolve, random.integer(0, 3)));
  }
}

/**
 * What a client gets that stops at random, at times in the middle of a position, and comes back, until it has so many.
 *
 * @param isThere whether it has all that there is
 */
async function receiveInParts(
  url: string,
  random: Random,
  isThere: (got: readonly string[]) => Promise<boolean>,
): Promise<readonly string[]> {
  const got: string[] = [];
  while (!(await isThere(got))) {
    const last = got.at(-1) ?? '0';
    const client = await StreamClient.open(url, { headers: { 'last-event-id': last } });
    const wanted = random.integer(1, 40);
    await until(async () => client.ids.length >= wanted || isThere([...got, ...(client.ids as string[])]));
    client.close();
    got.push(...(client.ids.slice(0, wanted) as string[]));
  }
  return got;
}

let store: MemoryStore;
let served: ServedLog;

beforeEach(async () => {
  store = new MemoryStore();
  served = await serveLog(store, [parcelSent, parcelInsured]);
});

afterEach(() => served.close());

describe.each([
  ['every event', '/events', EVERYTHING],
  ['events of one type', '/events?type=parcel.insured', everInsured],
] as const)('a stream of %s', (_name, path, query) => {
  it.each([1, 2, 3])(
    'has no gap and no repeat, however it is cut (seed %i)',
    async (seed) => {
      const random = new Random(seed);
      let isAppended = false;
      const appending = appendMany(store, random).then(() => {
        isAppended = true;
      });
      const log = parcelsLog(store);
      const got = await receiveInParts(served.url + path, new Random(seed), async (ids) => {
        return isAppended && ids.length >= (await idsIn(log, query)).length;
      });
      await appending;
      expect(got).toEqual(await idsIn(log, query));
    },
    30_000,
  );
});

describe('an event of several parts', () => {
  it('has an id for each part, after which a client resumes', async () => {
    await sendAsOnce(store, [['a', 100]]);
    await send(parcelsLog(store), 'b');
    const all = await StreamClient.open(`${served.url}/events?after=0`);
    await until(() => all.ids.length === 3);
    expect(all.ids).toEqual(['1.1', '1.2', '2']);
    all.close();
    const rest = await StreamClient.open(`${served.url}/events`, { headers: { 'last-event-id': '1.1' } });
    await until(() => rest.ids.length === 2);
    expect(rest.ids).toEqual(['1.2', '2']);
    rest.close();
  });
});

describe('an event that cannot be read', () => {
  it('ends the streams that ask for it, after everything before it, and no other', async () => {
    await sendAsOnce(store, [['a', 100]]);
    const all = await StreamClient.open(`${served.url}/events?after=0`);
    const insured = await StreamClient.open(`${served.url}/events?after=0&type=parcel.insured`);
    await until(() => all.ids.length === 2);
    await logWith(store, sentLater).append([sentLater.create({})]);
    await sendAsOnce(store, [['c', 300]]);
    await until(() => all.isOver && insured.ids.length === 2);
    expect(all.ids).toEqual(['1.1', '1.2']);
    expect(all.reason).toBe('unreadable');
    expect(insured.ids).toEqual(['1.2', '3.2']);
    expect(insured.isOver).toBe(false);
    insured.close();
  });
});

describe('a stream that passes over many events', () => {
  it('tells how far it has come, so that a client that comes back need not read past them again', async () => {
    const client = await StreamClient.open(`${served.url}/events?after=0&type=parcel.insured`);
    const log = parcelsLog(store);
    for (let count = 0; count < 5; count += 1)
      await log.append(Array.from({ length: 500 }, () => parcelSent.create({ parcel: 'p', by: 'ada' })));
    await until(() => Number(client.lastEventId) >= 1000);
    expect(client.messages).toEqual([]);
    client.close();
  });
});
