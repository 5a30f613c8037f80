/** What is kept of a read model is used, goes on answering while it is built anew, or is not used: and the reason is told. */
import { copyFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import { PostgresProxy } from '../../../../test/support/postgres-proxy.js';
import { TemporaryDatabase, hasPostgres } from '../../../../test/support/postgres.js';
import { runReadModel, type RunningReadModel } from '../../../../test/support/running-read-model.js';
import { TemporaryFolder } from '../../../../test/support/server.js';
import {
  named,
  productNamed,
  report,
  saleMade,
  sold,
  turnover,
  turnoverSchema,
  type TurnoverTables,
} from '../../../../test/support/turnover.js';
import { EventLog } from '../../event-log/event-log.js';
import { MemoryStore } from '../../stores/memory.store.js';
import type { TablesLocation } from './any-read-model.js';
import { defineReadModel } from './define-read-model.js';
import type { ReadModelDefinition } from './read-model-definition.js';

const KINDS: readonly TablesLocation['kind'][] = ['sqlite', ...(hasPostgres ? (['postgres'] as const) : [])];

describe.each(KINDS)('what is kept of a read model in %s', (kind) => {
  let database: TemporaryDatabase | undefined;
  let folder: TemporaryFolder;
  let location: TablesLocation;
  let log: EventLog;
  const stops: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    log = logOf();
    folder = new TemporaryFolder();
    if (kind === 'postgres') {
      database = await TemporaryDatabase.create();
      location = { kind, url: database.url };
    } else location = { kind: 'sqlite', folder: folder.path };
    await log.append([named('tea', 'Tea'), sold('tea', 5), sold('tea', 7)]);
  });

  afterEach(async () => {
    await Promise.all(stops.splice(0).map((stop) => stop()));
    await log.close();
    folder.remove();
    await database?.remove();
    database = undefined;
  });

  function logOf(): EventLog {
    const made = new EventLog(new MemoryStore());
    made.contracts.register([productNamed, saleMade]);
    return made;
  }

  function run<Tables>(definition: ReadModelDefinition<Tables>, over = log): RunningReadModel<Tables> {
    const started = runReadModel(definition, over, location);
    stops.push(() => started.readModel.stop());
    return started;
  }

  /** One that ran and has stopped. */
  async function keptBy<Tables>(definition: ReadModelDefinition<Tables>): Promise<void> {
    const { readModel, caughtUp } = run(definition);
    await caughtUp();
    await readModel.stop();
  }

  /** Handles nothing until it is let go on, so that it can be seen while it is built. */
  function heldBack(changes: { readonly version: number; readonly schema?: typeof turnoverSchema }): {
    readonly definition: ReadModelDefinition<TurnoverTables>;
    readonly goOn: () => void;
  } {
    let goOn = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const { handle, ...definition } = turnover(changes);
    return {
      definition: {
        ...definition,
        handle: async (db, event) => {
          await held;
          return handle(db, event);
        },
      },
      goOn,
    };
  }

  it('is gone on with', async () => {
    await keptBy(turnover());
    await log.append([sold('tea', 1)]);
    const { readModel, caughtUp, told } = run(turnover());
    await caughtUp();
    expect(told).toMatchObject({ unusable: [], recovered: [{ restoredFrom: 3, position: 4 }] });
    expect(await report(readModel.db)).toEqual([{ name: 'Tea', total: 13 }]);
  });

  it('answers, as of where it was, while another version of the same tables is built', async () => {
    await keptBy(turnover());
    await log.append([sold('tea', 1)]);
    const { definition, goOn } = heldBack({ version: 2 });
    const { readModel, caughtUp, until, told } = run(definition);
    await until(() => readModel.position === 3);
    expect(await readModel.read((db) => report(db))).toEqual({
      position: 3,
      result: [{ name: 'Tea', total: 12 }],
    });
    expect(readModel.status).toBe('recovering');
    goOn();
    await caughtUp();
    expect(await readModel.read((db) => report(db))).toEqual({
      position: 4,
      result: [{ name: 'Tea', total: 13 }],
    });
    expect(told.unusable).toEqual([expect.stringContaining('another definition or version')]);
  });

  it('does not answer where another version has other columns', async () => {
    await keptBy(turnover());
    const schema = async (db: Kysely<TurnoverTables>): Promise<void> => {
      await turnoverSchema(db);
      await db.schema.alterTable('sale').addColumn('note', 'text').execute();
    };
    const { definition, goOn } = heldBack({ version: 2, schema });
    const { readModel, caughtUp, until } = run(definition);
    await until(() => readModel.status === 'recovering');
    await expect(report(readModel.db)).rejects.toMatchObject({
      message: 'turnover cannot answer now: its tables are being built from the log.',
    });
    goOn();
    await caughtUp();
    expect(await report(readModel.db)).toEqual([{ name: 'Tea', total: 12 }]);
  });

  it('is built anew for another log', async () => {
    await keptBy(turnover());
    const other = logOf();
    await other.append([named('rum', 'Rum'), sold('rum', 2), sold('rum', 2), sold('rum', 2)]);
    const { readModel, told, until } = run(turnover(), other);
    await until(() => readModel.status === 'following');
    expect(told.unusable).toEqual([expect.stringContaining('it was built from another log')]);
    expect(await report(readModel.db)).toEqual([{ name: 'Rum', total: 6 }]);
    await readModel.stop();
    await other.close();
  });

  it('of a build that was broken off is gone on with', async () => {
    let isBroken = true;
    const definition = defineReadModel({
      name: 'sales',
      consumes: [saleMade],
      schema: turnoverSchema,
      handle: (db, { position, data }) => {
        if (isBroken && position === 3) throw new Error('broken off');
        return db
          .insertInto('sale')
          .values({ position, ...data })
          .execute();
      },
    });
    const first = run(definition);
    await first.is('faulted');
    await first.readModel.stop();
    isBroken = false;
    const { readModel, caughtUp, told } = run(definition);
    await caughtUp();
    expect(told.recovered).toMatchObject([{ restoredFrom: 2, position: 3 }]);
    expect(await readModel.db.selectFrom('sale').select('cents').orderBy('position').execute()).toEqual([
      { cents: 5 },
      { cents: 7 },
    ]);
  });

  it('is told of as a sentence when the schema is wrong', async () => {
    const { readModel, is, told } = run(
      turnover({
        schema: async (db) => {
          await db.schema.createTable('leftfold_checkpoint').addColumn('id', 'integer').execute();
        },
      }),
    );
    await is('faulted');
    expect(told.faults[0]?.message).toMatch(
      /^Error: read model turnover: its schema failed: .*leftfold_checkpoint.* so call the table otherwise$/,
    );
    expect(told.faults[0]?.event).toBeUndefined();
    await expect(report(readModel.db)).rejects.toThrow('turnover cannot answer now');
  });

  if (kind === 'sqlite') {
    it('is one file that was not there before, beside what belongs to others', async () => {
      writeFileSync(join(folder.path, 'notes.txt'), 'mine');
      await keptBy(turnover());
      await keptBy(turnover({ version: 2 }));
      const files = readdirSync(folder.path).filter((name) => !/-(?:wal|shm)$/.test(name));
      expect(files.sort()).toEqual(['notes.txt', 'tables-2.db']);
    });

    it.each([
      ['overwritten', Buffer.alloc(20_000, 7)],
      ['empty', Buffer.alloc(0)],
    ])('is built anew when its file is %s', async (_what, content) => {
      await keptBy(turnover());
      // A copy: a connection that was closed in this process keeps its file until it is collected.
      const copy = new TemporaryFolder();
      copyFileSync(join(folder.path, 'tables-1.db'), join(copy.path, 'tables-1.db'));
      folder.remove();
      folder = copy;
      location = { kind, folder: folder.path };
      writeFileSync(join(folder.path, 'tables-1.db'), content);
      const { readModel, caughtUp, told } = run(turnover());
      await caughtUp();
      expect(told.unusable).toEqual([expect.stringContaining('tables-1.db cannot be used')]);
      expect(await report(readModel.db)).toEqual([{ name: 'Tea', total: 12 }]);
    });
  }

  if (kind === 'postgres') {
    it('is shared by two processes, and no event counts twice', async () => {
      const [one, other] = [run(turnover()), run(turnover())];
      for (let each = 0; each < 30; each += 1) await log.append([sold('tea', 1)]);
      await one.caughtUp();
      await other.caughtUp();
      expect(await report(one.readModel.db)).toEqual([{ name: 'Tea', total: 42 }]);
      expect(await report(other.readModel.db)).toEqual([{ name: 'Tea', total: 42 }]);
    });

    it('is left to a process with another version: the older one stops, and answers on', async () => {
      const older = run(turnover());
      await older.caughtUp();
      const newer = run(turnover({ version: 2 }));
      await newer.caughtUp();
      await log.append([sold('tea', 1)]);
      await newer.caughtUp();
      await older.is('faulted');
      expect(older.told.faults[0]?.message).toContain('another process has put tables of another definition');
      expect(await report(older.readModel.db)).toEqual([{ name: 'Tea', total: 12 }]);
      expect(await report(newer.readModel.db)).toEqual([{ name: 'Tea', total: 13 }]);
    });

    it('is gone on with once a database that was away is back', async () => {
      const proxy = await PostgresProxy.to(database?.url ?? '');
      location = { kind, url: proxy.url };
      const { readModel, caughtUp, told, until } = run(turnover());
      try {
        await caughtUp();
        proxy.refuse();
        await log.append([sold('tea', 1)]);
        await until(() => told.away.length > 0);
        await expect(report(readModel.db)).rejects.toThrow(
          'turnover cannot answer now: its database cannot be reached',
        );
        proxy.allow();
        await caughtUp();
        expect(await report(readModel.db)).toEqual([{ name: 'Tea', total: 13 }]);
        expect(told).toMatchObject({ faults: [], away: [expect.anything()] });
      } finally {
        await readModel.stop();
        await proxy.close();
      }
    });

    it('is found by the other process after a rebuild', async () => {
      const [one, other] = [run(turnover()), run(turnover())];
      await one.caughtUp();
      await other.caughtUp();
      await one.readModel.rebuild({ onProgress: () => undefined, signal: new AbortController().signal });
      await log.append([sold('tea', 1)]);
      await one.caughtUp();
      await other.caughtUp();
      expect(await report(other.readModel.db)).toEqual([{ name: 'Tea', total: 13 }]);
      expect(other.told.faults).toEqual([]);
    });
  }
});
