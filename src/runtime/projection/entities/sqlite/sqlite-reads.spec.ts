/** No query of entities in SQLite holds the serving thread, and none lasts for ever. */
import { NONE_UNKEYED } from '../entity.js';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { join } from 'node:path';
import Database from 'libsql';
import { TemporaryFolder } from '../../../../../test/support/server.js';
import { position } from '../../../event-log/event.js';
import { DatabaseClosed } from '../database-damage.js';
import { EntityQueryTooSlow } from '../entity-problems.js';
import { BackgroundReads } from './sqlite-reads.js';
import { SqliteEntities } from './sqlite-entities.js';

/** Has no end. */
const ENDLESS = 'WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n) SELECT count(*) AS n FROM n';
const SHAPE = { index: { status: 'text', total: 'number' }, compound: [] } as const;
const ROWS = 200_000;
const never = new AbortController().signal;

describe('a query of entities in SQLite', () => {
  let folder: TemporaryFolder;
  let file: string;
  let entities: SqliteEntities;

  beforeEach(async () => {
    folder = new TemporaryFolder();
    file = join(folder.path, 'entities-1.db');
    entities = await SqliteEntities.create(file, 'entities-1.db', SHAPE);
    await entities.reset({
      ...{ log: 'log', fingerprint: 'machine', position: position(0), hash: '', digest: 0n },
      ...{ entities: 0, faulted: 0, unkeyed: NONE_UNKEYED, serves: true },
    });
  });

  afterEach(async () => {
    await entities.close();
    folder.remove();
  });

  it(`counts among ${ROWS} rows while other work gets its turns`, async () => {
    const database = new Database(file);
    database.exec(`
      WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n LIMIT ${ROWS})
      INSERT INTO entities (key, position, digest, state, view, i_status, i_total)
      SELECT 'k' || n, n, '0', '{}', '{}', 'open', n % 1000 FROM n`);
    database.close();
    const done: string[] = [];
    const counting = entities
      .list(
        {
          filters: [
            { member: 'status', test: { in: ['open'] } },
            { member: 'total', test: { gte: 10 } },
          ],
          sort: [{ member: 'total', isDescending: true }],
          limit: 50,
          counts: true,
        },
        never,
      )
      .then((page) => {
        done.push('counted');
        return page;
      });
    for (let turn = 0; turn < 20; turn += 1) await nextTurn();
    done.push('20 turns');
    expect(await entities.find('k1')).toMatchObject({ key: 'k1' });
    done.push('found');
    const { count, items } = await counting;
    expect({ count, items: items.length }).toEqual({ count: ROWS - ROWS / 100, items: 50 });
    expect(done).toEqual(['20 turns', 'found', 'counted']);
  });

  it('leaves others to be answered and entities to be written while it runs', async () => {
    const reads = new BackgroundReads(file);
    const leaving = new AbortController();
    const endless = reads.all(ENDLESS, [], leaving.signal);
    expect(await reads.all('SELECT 1 AS one', [])).toMatchObject([{ one: 1 }]);
    await entities.serve();
    leaving.abort(new Error('the client has left'));
    await expect(endless).rejects.toThrow('the client has left');
    expect(await reads.all('SELECT 2 AS two', [])).toMatchObject([{ two: 2 }]);
    await reads.close();
  });

  it('is ended when it takes too long', async () => {
    const reads = new BackgroundReads(file, { timeoutMs: 50 });
    await expect(reads.all(ENDLESS, [])).rejects.toThrow(EntityQueryTooSlow);
    await reads.close();
  });

  it('is ended when the database is closed', async () => {
    const reads = new BackgroundReads(file);
    const endless = expect(reads.all(ENDLESS, [])).rejects.toThrow(DatabaseClosed);
    await nextTurn();
    await reads.close();
    await endless;
  });

  it('is prepared again after it failed', async () => {
    const reads = new BackgroundReads(file, { concurrent: 1 });
    const sql = 'SELECT count(*) AS n FROM later';
    await expect(reads.all(sql, [])).rejects.toThrow('no such table');
    const database = new Database(file);
    database.exec('CREATE TABLE later (id INTEGER)');
    database.close();
    expect(await reads.all(sql, [])).toMatchObject([{ n: 0 }]);
    await reads.close();
  });

  it('cannot write', async () => {
    const reads = new BackgroundReads(file);
    await expect(reads.all('DELETE FROM entities', [])).rejects.toThrow('readonly');
    await reads.close();
  });

  it('ends a page early where views are large, and tells that there is more', async () => {
    const database = new Database(file);
    database.exec(`
      WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n LIMIT 20)
      INSERT INTO entities (key, position, digest, state, view)
      SELECT 'k' || printf('%02d', n), n, '0', '{}', '{"text":"' || hex(zeroblob(500000)) || '"}' FROM n`);
    database.close();
    const page = await entities.list({ filters: [], sort: [], limit: 15 }, never);
    expect(page.items.map(({ key }) => key)).toEqual(['k01', 'k02', 'k03', 'k04', 'k05']);
    expect(page.isMore).toBe(true);
  });
});
