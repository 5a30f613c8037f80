/** A read model follows the log into tables of its own, in every database that it can have. */
import { sql, type Kysely, type Transaction } from 'kysely';
import {
  POISON,
  named,
  productNamed,
  report,
  saleMade,
  sold,
  turnover,
  type TurnoverTables,
} from '../../../../test/support/turnover.js';
import { runReadModel, type RunningReadModel } from '../../../../test/support/running-read-model.js';
import { TemporaryDatabase, hasPostgres } from '../../../../test/support/postgres.js';
import { TemporaryFolder } from '../../../../test/support/server.js';
import { EventLog } from '../../event-log/event-log.js';
import { position, type RecordedEvent } from '../../event-log/event.js';
import { MemoryStore } from '../../stores/memory.store.js';
import { recordSkip } from '../skipping.js';
import type { TablesLocation } from './any-read-model.js';
import type { ReadModelDefinition } from './read-model-definition.js';
import { defineReadModel } from './define-read-model.js';

const KINDS: readonly TablesLocation['kind'][] = [
  'memory',
  'sqlite',
  ...(hasPostgres ? (['postgres'] as const) : []),
];
const OPTIONS = { onProgress: () => undefined, signal: new AbortController().signal };

describe.each(KINDS)('a read model in %s', (kind) => {
  let database: TemporaryDatabase | undefined;
  let folder: TemporaryFolder;
  let location: TablesLocation;
  let log: EventLog;
  const stops: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    log = new EventLog(new MemoryStore());
    log.contracts.register([productNamed, saleMade]);
    folder = new TemporaryFolder();
    if (kind === 'postgres') {
      database = await TemporaryDatabase.create();
      location = { kind, url: database.url };
    } else location = kind === 'sqlite' ? { kind, folder: folder.path } : { kind };
  });

  afterEach(async () => {
    await Promise.all(stops.splice(0).map((stop) => stop()));
    await log.close();
    folder.remove();
    await database?.remove();
    database = undefined;
  });

  function run<Tables>(definition: ReadModelDefinition<Tables>): RunningReadModel<Tables> {
    const started = runReadModel(definition, log, location);
    stops.push(() => started.readModel.stop());
    return started;
  }

  /** A read model of sales alone, with a handler of the test's own. */
  function sales(
    handle: (
      db: Transaction<TurnoverTables>,
      event: RecordedEvent<'sale.made', { cents: number }>,
    ) => Promise<unknown>,
    version = 1,
  ): ReadModelDefinition<TurnoverTables> {
    return defineReadModel({
      name: 'sales',
      version,
      consumes: [saleMade],
      schema: turnover().schema,
      handle,
    });
  }

  it('answers from what its handlers have written', async () => {
    await log.append([named('tea', 'Tea'), sold('tea', 250), sold('tea', 50)]);
    const { readModel, caughtUp } = run(turnover());
    await caughtUp();
    await log.append([named('rum', 'Rum'), sold('rum', 1000), named('tea', 'Green tea')]);
    await caughtUp();
    expect(await report(readModel.db)).toEqual([
      { name: 'Green tea', total: 300 },
      { name: 'Rum', total: 1000 },
    ]);
    expect(readModel.position).toBe(6);
  });

  it('tells what it takes on the disk', async () => {
    const { readModel, caughtUp } = run(turnover());
    await caughtUp();
    const before = await readModel.size();
    await log.append(Array.from({ length: 100 }, (_, index) => named(`p${index}`, 'x'.repeat(1000))));
    await caughtUp();
    const size = await readModel.size();
    if (kind === 'memory') expect(size).toBeUndefined();
    else expect(size).toBeGreaterThan((before ?? NaN) + 100_000);
  });

  it('waits for a position', async () => {
    const { readModel, caughtUp } = run(turnover());
    await caughtUp();
    const { last } = await log.append([named('tea', 'Tea'), sold('tea', 250)]);
    await readModel.reached(last, new AbortController().signal);
    expect(await readModel.read((db) => report(db))).toEqual({
      position: 2,
      result: [{ name: 'Tea', total: 250 }],
    });
  });

  it('cannot be written by a query', async () => {
    const { readModel, caughtUp } = run(turnover());
    await caughtUp();
    const row = { position: 1, product: 'tea', month: '2026-11', cents: 1 };
    await expect(readModel.db.insertInto('sale').values(row).execute()).rejects.toThrow(/read.?only/i);
    await expect(readModel.read((db) => db.deleteFrom('sale').execute())).rejects.toThrow(/read.?only/i);
    await expect(sql`create table other (id int)`.execute(readModel.db)).rejects.toThrow(/read.?only/i);
    await log.append([sold('tea', 250)]);
    await caughtUp();
    expect(await readModel.db.selectFrom('sale').select('cents').execute()).toEqual([{ cents: 250 }]);
  });

  it('stops at an event that a handler cannot handle, with everything before it written', async () => {
    await log.append([named('tea', 'Tea'), sold('tea', 5), sold('tea', POISON), sold('tea', 7)]);
    const { readModel, is, told } = run(turnover());
    await is('faulted');
    expect(told.faults).toMatchObject([
      { position: 3, message: 'RangeError: this sale cannot be handled', event: { type: 'sale.made' } },
    ]);
    expect(readModel.position).toBe(2);
    expect(await report(readModel.db)).toEqual([{ name: 'Tea', total: 5 }]);
  });

  it('goes on once the event is skipped', async () => {
    await log.append([named('tea', 'Tea'), sold('tea', 5), sold('tea', POISON), sold('tea', 7)]);
    const { readModel, is, caughtUp } = run(turnover());
    await is('faulted');
    await recordSkip(log, { projection: 'turnover', position: position(3), reason: 'a test' });
    await readModel.resume();
    await caughtUp();
    expect(await report(readModel.db)).toEqual([{ name: 'Tea', total: 12 }]);
  });

  it('is built without an event that is skipped after it was handled', async () => {
    await log.append([named('tea', 'Tea'), sold('tea', 5), sold('tea', 7)]);
    const { readModel, caughtUp } = run(turnover());
    await caughtUp();
    await recordSkip(log, { projection: 'turnover', position: position(2), reason: 'a test' });
    await caughtUp();
    expect(await report(readModel.db)).toEqual([{ name: 'Tea', total: 7 }]);
  });

  it('resumes at the event where it stopped', async () => {
    let isBroken = true;
    const { readModel, is, caughtUp } = run(
      sales((db, { position: at, data: { cents } }) => {
        if (isBroken && cents === 2) throw new Error('not yet');
        return db.insertInto('sale').values({ position: at, product: '', month: '', cents }).execute();
      }),
    );
    await log.append([sold('tea', 1), sold('tea', 2), sold('tea', 3)]);
    await is('faulted');
    isBroken = false;
    await readModel.resume();
    await caughtUp();
    expect(await readModel.db.selectFrom('sale').select('cents').orderBy('position').execute()).toEqual([
      { cents: 1 },
      { cents: 2 },
      { cents: 3 },
    ]);
  });

  it('keeps integers of 64 bits, bytes and absent values', async () => {
    interface Values {
      value: { id: number; large: number | bigint; bytes: Uint8Array; absent: string | null };
    }
    const values = defineReadModel({
      name: 'values',
      consumes: [saleMade],
      schema: (db: Kysely<Values>) =>
        db.schema
          .createTable('value')
          .addColumn('id', 'bigint', (column) => column.primaryKey())
          .addColumn('large', 'bigint')
          .addColumn('bytes', kind === 'postgres' ? 'bytea' : 'blob')
          .addColumn('absent', 'text')
          .execute(),
      handle: (db, { position: id }) =>
        db
          .insertInto('value')
          .values({ id, large: 2n ** 62n, bytes: Buffer.from('tea'), absent: null })
          .returningAll()
          .execute(),
    });
    await log.append([sold('tea', 1)]);
    const { readModel, caughtUp } = run(values);
    await caughtUp();
    const [row] = await readModel.db.selectFrom('value').selectAll().execute();
    expect(row).toMatchObject({ id: 1, large: 2n ** 62n, absent: null });
    expect(Buffer.from(row?.bytes ?? []).toString()).toBe('tea');
    const streamed: unknown[] = [];
    for await (const each of readModel.db.selectFrom('value').select('id').stream()) streamed.push(each);
    expect(streamed).toEqual([{ id: 1 }]);
  });

  describe('whose handler', () => {
    it.each([
      [
        'does not await its query',
        (db: Transaction<TurnoverTables>) => {
          void db.deleteFrom('sale').execute();
          return Promise.resolve();
        },
        /ended before a query of it; await every query/,
      ],
      [
        'does not await a query that fails',
        (db: Transaction<TurnoverTables>) => {
          void sql`insert into nowhere values (1)`.execute(db);
          return Promise.resolve();
        },
        /ended before a query of it; await every query/,
      ],
      [
        'catches the error of a query',
        (db: Transaction<TurnoverTables>) =>
          sql`insert into nowhere values (1)`.execute(db).catch(() => undefined),
        /nowhere/,
      ],
      [
        'ends the transaction',
        (db: Transaction<TurnoverTables>) => sql`/* now */ commit`.execute(db),
        /within a transaction of the runtime/,
      ],
      ['asks what is no SQL', (db: Transaction<TurnoverTables>) => sql`selec 1`.execute(db), /syntax error/],
    ])('%s stops at the event', async (_case, handle, message) => {
      await log.append([sold('tea', 1)]);
      const { is, told } = run(sales(handle));
      await is('faulted');
      expect(told.faults[0]).toMatchObject({ position: 1, event: { type: 'sale.made' } });
      expect(told.faults[0]?.message).toMatch(message);
    });

    it('asks the read model instead stops at the event', async () => {
      await log.append([sold('tea', 1)]);
      const asked: { db?: Kysely<TurnoverTables> } = {};
      const { readModel, is, told } = run(
        sales(async () => asked.db?.selectFrom('sale').selectAll().execute()),
      );
      asked.db = readModel.db;
      await is('faulted');
      expect(told.faults[0]?.message).toContain('a handler or a read of sales asks the db that it is given');
      await expect(
        readModel.read(() => readModel.db.selectFrom('sale').selectAll().execute()),
      ).rejects.toThrow('asks the db that it is given');
    });

    it('asks later than it ends writes nothing', async () => {
      let late: Promise<unknown> = Promise.resolve();
      await log.append([sold('tea', 1)]);
      const { readModel, caughtUp } = run(
        sales((db, { position: at }) => {
          late = new Promise((resolve) => setTimeout(resolve, 20)).then(() =>
            db.insertInto('sale').values({ position: at, product: '', month: '', cents: 1 }).execute(),
          );
          return Promise.resolve();
        }),
      );
      await caughtUp();
      await expect(late).rejects.toThrow('a query came after the handler had ended, and was not run');
      expect(await readModel.db.selectFrom('sale').selectAll().execute()).toEqual([]);
    });
  });

  it('is rebuilt while its tables are read, and finds the same', async () => {
    await log.append([
      named('tea', 'Tea'),
      ...Array.from({ length: 300 }, (_, cents) => sold('tea', cents + 1)),
    ]);
    const { readModel, caughtUp } = run(turnover());
    await caughtUp();
    const before = await report(readModel.db);
    const seen: unknown[] = [];
    const reading = new AbortController();
    const reads = (async (): Promise<void> => {
      while (!reading.signal.aborted) {
        seen.push((await readModel.read((db) => report(db))).result);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    })();
    const rebuilt = await readModel.rebuild(OPTIONS);
    reading.abort();
    await reads;
    expect(rebuilt).toMatchObject({ position: 301, resumedFrom: 0, equal: true });
    expect(new Set(seen.map((each) => JSON.stringify(each)))).toEqual(new Set([JSON.stringify(before)]));
    await log.append([sold('tea', 1)]);
    await caughtUp();
    expect(await report(readModel.db)).toEqual([{ name: 'Tea', total: 45_151 }]);
  });

  it('is audited: rows that the log does not make are found', async () => {
    let extra = 0;
    await log.append([sold('tea', 1), sold('tea', 2)]);
    const { readModel, caughtUp } = run(
      sales((db, { position: at, data: { cents } }) =>
        db
          .insertInto('sale')
          .values({ position: at, product: '', month: '', cents: cents + extra })
          .execute(),
      ),
    );
    await caughtUp();
    expect(await readModel.audit(OPTIONS)).toMatchObject({ position: 2, checked: 2 });
    expect(readModel.drift).toBeUndefined();
    extra = 1;
    expect(await readModel.audit(OPTIONS)).toMatchObject({ drift: { upTo: 2, tables: ['sale'] } });
    expect(await readModel.rebuild(OPTIONS)).toMatchObject({ equal: false });
    expect(await readModel.audit(OPTIONS)).not.toHaveProperty('drift');
  });
});
