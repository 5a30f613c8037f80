/** Other programs read the entities with SQL, while the projection writes. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { added, cancelled, opened, orderContracts, orders } from '../../../../../test/support/app/orders.js';
import { runEntities, type RunningEntities } from '../../../../../test/support/running-entities.js';
import { TemporaryFolder } from '../../../../../test/support/server.js';
import { EventLog } from '../../../event-log/event-log.js';
import { MemoryStore } from '../../../stores/memory.store.js';

describe('the view entity_list', () => {
  let log: EventLog;
  let folder: TemporaryFolder;
  let running: RunningEntities<unknown>;
  let reader: Database.Database;

  beforeEach(async () => {
    log = new EventLog(new MemoryStore());
    log.contracts.register(orderContracts);
    folder = new TemporaryFolder();
    running = runEntities(orders, log, folder.path);
    await running.caughtUp();
    const file = readdirSync(folder.path).find((name) => name.endsWith('.db')) ?? '';
    reader = new Database(join(folder.path, file));
    reader.pragma('query_only = ON');
  });

  afterEach(async () => {
    reader.close();
    await running.projection.stop();
    await log.close();
    folder.remove();
  });

  const rows = (sql: string): readonly unknown[] => reader.prepare(sql).all();

  it('has the members of the index as they are answered, and the whole view', async () => {
    await log.append([opened('a', 'Ann'), added('a', 12), opened('b', 'Bob'), added('b', -3)]);
    await running.caughtUp();
    expect(
      rows('SELECT key, position, status, customer, total, items FROM entity_list ORDER BY key'),
    ).toMatchObject([
      { key: 'a', position: 2, status: 'open', customer: 'Ann', total: '12', items: 1 },
      { key: 'b', position: 4, status: 'open', customer: 'Bob', total: '-3', items: 1 },
    ]);
    expect(rows("SELECT json ->> '$.total' AS total FROM entity_list WHERE key = 'b'")).toMatchObject([
      { total: '-3' },
    ]);
  });

  it('shows what was written since', async () => {
    await log.append([opened('a'), opened('b')]);
    await running.caughtUp();
    expect(rows('SELECT key FROM entity_list ORDER BY key')).toMatchObject([{ key: 'a' }, { key: 'b' }]);
    await log.append([cancelled('a')]);
    await running.caughtUp();
    expect(rows('SELECT key FROM entity_list')).toMatchObject([{ key: 'b' }]);
  });

  it('cannot be written', () => {
    expect(() => reader.prepare("INSERT INTO entity_list (key) VALUES ('x')").run()).toThrow('cannot modify');
    reader.pragma('query_only = OFF');
    expect(() => reader.prepare("DELETE FROM entity_list WHERE key = 'x'").run()).toThrow('cannot modify');
  });
});
