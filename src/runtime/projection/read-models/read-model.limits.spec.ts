/** What reads and handlers of a read model cannot do to others: hold them up for ever, pass for a fault of the database, or be lost. */
import { sql, type Kysely, type Transaction } from 'kysely';
import { TemporaryDatabase, hasPostgres } from '../../../../test/support/postgres.js';
import { runReadModel, type RunningReadModel } from '../../../../test/support/running-read-model.js';
import { TemporaryFolder } from '../../../../test/support/server.js';
import {
  productNamed,
  saleMade,
  sold,
  turnoverSchema,
  type TurnoverTables,
} from '../../../../test/support/turnover.js';
import { EventLog } from '../../event-log/event-log.js';
import { MemoryStore } from '../../stores/memory.store.js';
import type { TablesLocation } from './any-read-model.js';
import { defineReadModel } from './define-read-model.js';

const KINDS: readonly TablesLocation['kind'][] = ['sqlite', ...(hasPostgres ? (['postgres'] as const) : [])];
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
    } else location = { kind: 'sqlite', folder: folder.path };
  });

  afterEach(async () => {
    await Promise.all(stops.splice(0).map((stop) => stop()));
    await log.close();
    folder.remove();
    await database?.remove();
    database = undefined;
  });

  function run<Tables = TurnoverTables>(
    handle: (db: Transaction<Tables>, position: number, cents: number) => Promise<unknown>,
    schema: (db: Kysely<Tables>) => Promise<unknown> = turnoverSchema as never,
    slowHandlerMs?: number,
  ): RunningReadModel<Tables> {
    const definition = defineReadModel({
      name: 'sales',
      consumes: [saleMade],
      schema,
      handle: (db, { position, data: { cents } }) => handle(db, position, cents),
    });
    const started = runReadModel(definition, log, location, slowHandlerMs);
    stops.push(() => started.readModel.stop());
    return started;
  }

  const insert = (db: Transaction<TurnoverTables>, position: number, cents: number): Promise<unknown> =>
    db.insertInto('sale').values({ position, product: '', month: '', cents }).execute();

  it.each(['ENOENT', 'ECONNREFUSED', 'SQLITE_BUSY', '40001'])(
    'stops at an event whose handler throws an error with the code %s of its own',
    async (code) => {
      await log.append([sold('tea', 1)]);
      const { is, told } = run(() => Promise.reject(Object.assign(new Error('no such file'), { code })));
      await is('faulted');
      expect(told).toMatchObject({ away: [], faults: [{ position: 1, message: 'Error: no such file' }] });
    },
  );

  it('stops at the event that breaks a constraint which is checked at the end', async () => {
    const { readModel, is, told } = run<{ part: { id: number; of: number } }>(
      (db, id, of) => db.insertInto('part').values({ id, of }).execute(),
      (db) =>
        sql`create table part (id integer primary key, "of" integer references part (id) deferrable initially deferred)`.execute(
          db,
        ),
    );
    await log.append([sold('tea', 1), sold('tea', 1), sold('tea', 99), sold('tea', 1)]);
    await is('faulted');
    expect(told.faults).toMatchObject([{ position: 3, event: { type: 'sale.made' } }]);
    expect(readModel.position).toBe(2);
    expect(await readModel.db.selectFrom('part').select('id').execute()).toHaveLength(2);
  });

  const refused: readonly (readonly [string, RegExp])[] = [
    ['-- so\ncommit', /the handler runs within a transaction of the runtime, and neither ends it/],
    [';pragma query_only = on', /the handler runs on a connection of the runtime, which is neither set/],
    ["attach database ':memory:' as other", /nor given other databases/],
    ['detach database other', /nor given other databases/],
    ['set search_path to public', /sets nothing that outlasts the statement/],
    [
      'update "leftfold_checkpoint" set position = 99',
      /the handler leaves the table leftfold_checkpoint alone/,
    ],
    ...(kind === 'postgres'
      ? [
          [
            "do $$ begin execute 'update leftfold' || '_checkpoint set position = 99'; end $$",
            /has changed the table leftfold_checkpoint, which is the runtime's alone/,
          ] as const,
        ]
      : []),
  ];

  it.each(refused)(
    'stops at the event whose handler runs %j, with what came before',
    async (statement, message) => {
      await log.append([sold('tea', 1), sold('tea', 2), sold('tea', 3)]);
      const { readModel, is, told } = run(async (db, at, cents) => {
        await insert(db, at, cents);
        if (cents === 2) await sql.raw(statement).execute(db);
      });
      await is('faulted');
      expect(told).toMatchObject({ unusable: [], faults: [{ position: 2, event: { type: 'sale.made' } }] });
      expect(told.faults[0]?.message).toMatch(message);
      expect(await readModel.db.selectFrom('sale').select('cents').execute()).toEqual([{ cents: 1 }]);
    },
  );

  it('lets a handler write the name of its table as a text', async () => {
    await log.append([sold('tea', 1)]);
    const { readModel, caughtUp } = run((db) =>
      sql`insert into sale values (1, 'leftfold_checkpoint', '', 1) -- not leftfold_checkpoint`.execute(db),
    );
    await caughtUp();
    expect(await readModel.db.selectFrom('sale').select('product').execute()).toEqual([
      { product: 'leftfold_checkpoint' },
    ]);
  });

  it('tells of a handler that takes long while it runs', async () => {
    await log.append([sold('tea', 1)]);
    const limit = 20;
    const { told, until, caughtUp } = run(
      async (db, at, cents) => {
        await until(() => told.slow.length > 1);
        await insert(db, at, cents);
      },
      undefined,
      limit,
    );
    await caughtUp();
    expect(told.slow[0]).toMatchObject({ position: 1, type: 'sale.made' });
    expect(told.slow[0]?.milliseconds).toBeGreaterThanOrEqual(limit - 1);
  });

  if (kind === 'sqlite')
    it('keeps nothing of a handler that asks on after a query of it has ended the transaction', async () => {
      await log.append([sold('tea', 1), sold('tea', 2)]);
      const { readModel, is, told } = run(async (db, at, cents) => {
        await insert(db, at, cents);
        if (cents < 2) return;
        await sql`insert or rollback into sale select * from sale`.execute(db).catch(() => undefined);
        await insert(db, 99, cents).catch(() => undefined);
      });
      await is('faulted');
      expect(told.faults).toMatchObject([{ position: 2, event: { type: 'sale.made' } }]);
      expect(await readModel.db.selectFrom('sale').select('position').execute()).toEqual([{ position: 1 }]);
    });

  if (kind === 'sqlite')
    it.each(['pragma journal_mode = delete', "attach database ':memory:' as other"])(
      'refuses the query %j',
      async (statement) => {
        const { readModel, caughtUp } = run(insert);
        await caughtUp();
        await expect(sql.raw(statement).execute(readModel.db)).rejects.toThrow(
          'a query of a read model reads its tables, and neither sets the connection nor attaches to others',
        );
      },
    );

  if (kind === 'postgres')
    it('stops at the event at which a trigger fails at the end of the transaction', async () => {
      const { readModel, is, told } = run(insert, async (db: Kysely<TurnoverTables>) => {
        await turnoverSchema(db);
        await sql`create function refuse() returns trigger language plpgsql as
          $$ begin if new.cents > 90 then raise exception 'too much'; end if; return null; end $$`.execute(
          db,
        );
        await sql`create constraint trigger refused after insert on sale deferrable initially deferred
          for each row execute function refuse()`.execute(db);
      });
      await log.append([sold('tea', 1), sold('tea', 2), sold('tea', 99), sold('tea', 4)]);
      await is('faulted');
      expect(told.faults).toMatchObject([{ position: 3, event: { type: 'sale.made' } }]);
      expect(readModel.position).toBe(2);
    });

  it('tells apart values that look alike in an audit', async () => {
    interface Tables {
      sale: { each: string | null; value: number | null };
    }
    const row: { each: string | null; value: number | null } = { each: 'same', value: 1 };
    await log.append([sold('tea', 1)]);
    const { readModel, caughtUp } = run<Tables>(
      (db) => db.insertInto('sale').values(row).execute(),
      (db) => sql`create table sale (each text, value double precision)`.execute(db),
    );
    await caughtUp();
    expect((await readModel.audit(OPTIONS)).drift).toBeUndefined();
    row.value = 2;
    expect((await readModel.audit(OPTIONS)).drift).toMatchObject({ tables: ['sale'] });
    row.value = Infinity;
    await readModel.rebuild(OPTIONS);
    row.value = null;
    expect((await readModel.audit(OPTIONS)).drift).toMatchObject({ tables: ['sale'] });
  });

  it('refuses a query that begins a transaction, and answers on', async () => {
    const { readModel, caughtUp } = run(insert);
    await caughtUp();
    await sql`begin`.execute(readModel.db).catch(() => undefined);
    await log.append([sold('tea', 1)]);
    await caughtUp();
    expect(await readModel.db.selectFrom('sale').select('cents').execute()).toEqual([{ cents: 1 }]);
  });

  it('follows, answers and is compared while a stream of it is read', async () => {
    await log.append([sold('tea', 1), sold('tea', 2)]);
    const { readModel, caughtUp } = run(insert);
    await caughtUp();
    for await (const row of readModel.db.selectFrom('sale').select('cents').stream()) {
      expect(row.cents).toBeGreaterThan(0);
      expect(await readModel.audit(OPTIONS)).not.toHaveProperty('drift');
    }
  });

  if (kind === 'sqlite')
    it('answers 503 to a query that waits for the read in which it is asked', async () => {
      await log.append([sold('tea', 1)]);
      const { readModel, caughtUp } = run(insert);
      await caughtUp();
      const ask = (): Promise<unknown> => readModel.db.selectFrom('sale').selectAll().execute();
      await expect(readModel.db.transaction().execute(ask)).rejects.toThrow(
        'sales cannot answer now: another read of it has not ended for 5 seconds',
      );
      expect(await ask()).toHaveLength(1);
    }, 15_000);

  if (kind === 'sqlite')
    it('refuses a second statement in a query', async () => {
      await log.append([sold('tea', 1)]);
      const two = `insert into sale values (1, '', '', 1); insert into sale values (2, '', '', 2)`;
      const { is, told } = run((db) => sql.raw(two).execute(db));
      await is('faulted');
      expect(told.faults).toMatchObject([
        { position: 1, message: 'Error: a query is one statement; make a query of each' },
      ]);
    });
});
