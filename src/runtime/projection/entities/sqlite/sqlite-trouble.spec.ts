/** A lock that another process holds, and a disk that is full, stop an entity projection for as long as they last and no longer. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'libsql';
import { added, opened, orderContracts, orders } from '../../../../../test/support/app/orders.js';
import { runEntities, type RunningEntities } from '../../../../../test/support/running-entities.js';
import { TemporaryFolder } from '../../../../../test/support/server.js';
import { EventLog } from '../../../event-log/event-log.js';
import { MemoryStore } from '../../../stores/memory.store.js';

describe('an entity projection whose database cannot be written', () => {
  let log: EventLog;
  let folder: TemporaryFolder;
  let running: RunningEntities<unknown>;
  let other: Database.Database;

  beforeEach(async () => {
    log = new EventLog(new MemoryStore());
    log.contracts.register(orderContracts);
    folder = new TemporaryFolder();
    running = runEntities(orders, log, folder.path);
    await log.append([opened('a')]);
    await running.caughtUp();
    other = new Database(
      join(folder.path, readdirSync(folder.path).find((name) => name.endsWith('.db')) ?? ''),
    );
  });

  afterEach(async () => {
    other.close();
    await running.projection.stop();
    await log.close();
    folder.remove();
  });

  /** Until it tells of a trouble, or that there is none any more. */
  const told = async (trouble: string | undefined): Promise<void> => {
    while (running.projection.trouble !== trouble) await pause(2);
  };

  it('waits for a lock of another process, answers meanwhile, and goes on by itself', async () => {
    other.exec('BEGIN IMMEDIATE');
    await log.append([added('a', 5)]);
    await told('another process holds a lock on the database');
    expect(running.projection.status).toBe('following');
    expect(await running.view('a')).toMatchObject({ total: '0', position: 1 });
    expect((await running.projection.list({ filters: [], sort: [], limit: 5 })).items).toHaveLength(1);
    other.exec('COMMIT');
    await running.caughtUp();
    await told(undefined);
    expect(await running.view('a')).toMatchObject({ total: '5', position: 2 });
    expect(running.told).toMatchObject({
      faults: [],
      troubles: ['another process holds a lock on the database', undefined],
    });
  });

  it('waits for room, and goes on by itself once there is', async () => {
    const database = running.projection.folding.database as unknown as {
      readonly database: Database.Database;
    };
    const pages = (database.database.prepare('PRAGMA page_count').get() as { page_count: number }).page_count;
    database.database.pragma(`max_page_count = ${pages}`); // what SQLite says of it is what it says of a full disk
    await log.append(Array.from({ length: 500 }, (_, index) => opened(`k${index}`)));
    await told('there is no room on the disk that has the database');
    expect(running.projection.status).toBe('following');
    database.database.pragma(`max_page_count = ${pages * 100}`);
    await running.caughtUp();
    expect(running.projection.count).toEqual({ entities: 501, faulted: 0 });
    expect(running.told.faults).toEqual([]);
  });

  it('ends while it waits', async () => {
    other.exec('BEGIN IMMEDIATE');
    await log.append([added('a', 5)]);
    await told('another process holds a lock on the database');
    await running.projection.stop();
    expect(running.projection.status).toBe('stopped');
    other.exec('ROLLBACK');
  });
});
