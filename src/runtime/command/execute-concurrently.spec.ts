/** Commands at the same time: one of those that exclude each other succeeds. */
import { close, doorDecider, doorsLog, DoorStandsSo, open } from '../../../test/support/doors.js';
import { allEvents } from '../../../test/support/reading.js';
import { TemporaryFolder } from '../../../test/support/server.js';
import { commitId } from '../event-log/event.js';
import type { EventLog } from '../event-log/event-log.js';
import type { EventStore } from '../event-log/event-store.js';
import { LmdbStore } from '../stores/lmdb/lmdb.store.js';
import { MemoryStore } from '../stores/memory.store.js';
import { execute } from './execute.js';

const HURRIED = 25;

const stores: readonly [string, (folder: string) => EventStore][] = [
  ['in memory', () => new MemoryStore()],
  ['in LMDB', (folder) => LmdbStore.open(folder)],
];

describe.each(stores)('concurrent commands, over a log %s', (_, openStore) => {
  let folder: TemporaryFolder;
  let log: EventLog;

  beforeEach(() => {
    folder = new TemporaryFolder();
    log = doorsLog(openStore(folder.path));
  });

  afterEach(async () => {
    await log.close();
    folder.remove();
  });

  const everybody = Array.from({ length: HURRIED }, (_unused, index) => `person ${index}`);

  it('on one subject: one succeeds, and all others are refused with its state', async () => {
    const attempts = await Promise.allSettled(
      everybody.map((by) => execute(log, doorDecider, 'front', open, { door: 'front', by })),
    );
    const refused = attempts.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
    expect(refused).toHaveLength(HURRIED - 1);
    expect(refused.every((reason) => reason instanceof DoorStandsSo)).toBe(true);
    await expect(log.head()).resolves.toBe(1);
  });

  it('on a subject each: all succeed', async () => {
    await Promise.all(
      everybody.map((by) => execute(log, doorDecider, `door of ${by}`, open, { door: `door of ${by}`, by })),
    );
    await expect(log.head()).resolves.toBe(HURRIED);
  });

  it('with one commit id: all get the same answer, and one is recorded', async () => {
    const options = { commitId: commitId('once') };
    const answers = await Promise.all(
      everybody.map(() => execute(log, doorDecider, 'front', open, { door: 'front', by: 'me' }, options)),
    );
    expect(new Set(answers.map(({ first }) => first))).toEqual(new Set([1]));
    expect(answers.filter(({ repeated }) => !repeated)).toHaveLength(1);
    await expect(log.head()).resolves.toBe(1);
  });

  it('that exclude each other: only allowed ones are recorded, whichever is first', async () => {
    const commands = everybody.map((by, index) =>
      execute(log, doorDecider, 'front', index % 2 === 0 ? open : close, { door: 'front', by }),
    );
    await Promise.allSettled(commands);
    const types = (await allEvents(log)).map(({ type }) => type);
    expect(types).toEqual(types.map((_type, index) => (index % 2 === 0 ? 'door.opened' : 'door.closed')));
  });
});
