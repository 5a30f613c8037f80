import { EventLog } from '../../src/runtime/event-log/event-log.js';
import type { EventStore } from '../../src/runtime/event-log/event-store.js';
import { LmdbStore } from '../../src/runtime/stores/lmdb/lmdb.store.js';
import { MemoryStore } from '../../src/runtime/stores/memory.store.js';
import { add, amountAdded } from '../support/amounts.js';
import { allEvents } from '../support/reading.js';
import { TemporaryFolder } from '../support/server.js';

const stores: readonly [string, (folder: string) => EventStore][] = [
  ['in memory', () => new MemoryStore()],
  ['in LMDB', (folder) => LmdbStore.open(folder)],
];

/** Every reading of this clock is an hour before the one that came before it. */
function backwards(): () => Date {
  let now = Date.parse('2026-03-29T03:00:00.000Z');
  return () => new Date((now -= 3_600_000));
}

describe.each(stores)('a clock that goes backwards, under a log %s', (_, open) => {
  let folder: TemporaryFolder;
  let log: EventLog;

  beforeEach(() => {
    folder = new TemporaryFolder();
    log = new EventLog(open(folder.path), { now: backwards() });
    log.contracts.register([amountAdded]);
  });

  afterEach(async () => {
    await log.close();
    folder.remove();
  });

  it('changes nothing about positions and their order, forwards and backwards', async () => {
    for (let amount = 1; amount <= 5; amount += 1) await add(log, amount, -amount);
    const events = await allEvents(log);
    expect(events.map(({ position }) => position)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(events.map(({ data }) => (data as { readonly amount: number }).amount)).toEqual([
      1, -1, 2, -2, 3, -3, 4, -4, 5, -5,
    ]);
    const times = events.map(({ time }) => time);
    expect(times).toEqual(Array(10).fill('2026-03-29T02:00:00.000Z'));
  });

  it('keeps no follower from anything', async () => {
    const seen: number[] = [];
    const followed = new Promise<void>((resolve) => {
      log.follow().subscribe((page) => {
        for (const { position } of page) seen.push(position);
        if (seen.length === 6) resolve();
      });
    });
    for (let amount = 1; amount <= 6; amount += 1) await add(log, amount);
    await followed;
    expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('does not make an append condition hold that does not', async () => {
    const { first } = await add(log, 1);
    await add(log, 2);
    const condition = { query: [{ types: [amountAdded.type] }], after: first };
    await expect(log.append([amountAdded.create({ amount: 3 })], { condition })).rejects.toMatchObject({
      position: 2,
    });
  });
});
