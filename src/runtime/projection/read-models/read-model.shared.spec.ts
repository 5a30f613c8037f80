/** A read model in a database that it shares with other processes, other versions of itself, and schemas of others. */
import pg from 'pg';
import { TemporaryDatabase, describeWithPostgres } from '../../../../test/support/postgres.js';
import { runReadModel, type RunningReadModel } from '../../../../test/support/running-read-model.js';
import {
  named,
  productNamed,
  report,
  saleMade,
  sold,
  turnover,
  type TurnoverTables,
} from '../../../../test/support/turnover.js';
import { EventLog } from '../../event-log/event-log.js';
import { MemoryStore } from '../../stores/memory.store.js';

const OPTIONS = { onProgress: () => undefined, signal: new AbortController().signal };

describeWithPostgres('a read model in a shared database', () => {
  let database: TemporaryDatabase;
  let client: pg.Client;
  let log: EventLog;
  const stops: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    database = await TemporaryDatabase.create();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    log = new EventLog(new MemoryStore());
    log.contracts.register([productNamed, saleMade]);
    await log.append([named('tea', 'Tea'), sold('tea', 5), sold('tea', 7)]);
  });

  afterEach(async () => {
    await Promise.all(stops.splice(0).map((stop) => stop()));
    await log.close();
    await client.end();
    await database.remove();
  });

  function run(version = 1): RunningReadModel<TurnoverTables> {
    const started = runReadModel(turnover({ version }), log, { kind: 'postgres', url: database.url });
    stops.push(() => started.readModel.stop());
    return started;
  }

  async function schemas(): Promise<readonly string[]> {
    const { rows } = await client.query<{ nspname: string }>(
      `select nspname from pg_namespace where nspname like 'read\\_turnover\\_%' order by nspname`,
    );
    return rows.map(({ nspname }) => nspname);
  }

  it.each([
    ['another program', 'create table precious (id int)'],
    ['another use of the name of the checkpoint', 'create table leftfold_checkpoint (id int)'],
  ])('leaves a schema of %s as it is', async (_whose, statement) => {
    await client.query(`create schema read_turnover_1; set search_path to read_turnover_1; ${statement}`);
    const { readModel, caughtUp } = run();
    await caughtUp();
    await readModel.rebuild(OPTIONS);
    await readModel.rebuild(OPTIONS);
    expect(await schemas()).toContain('read_turnover_1');
    expect(
      (await client.query(`select * from pg_tables where schemaname = 'read_turnover_1'`)).rowCount,
    ).toBe(1);
  });

  it('does not go on with what another process builds for an audit', async () => {
    const one = run();
    await one.caughtUp();
    let begun = (): void => undefined;
    const hasBegun = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const audited = one.readModel.audit({
      ...OPTIONS,
      onProgress: () => {
        begun();
      },
    });
    await hasBegun;
    const other = run();
    await client.query('update read_turnover_1.leftfold_checkpoint set serves = 0');
    await other.caughtUp();
    await audited.catch(() => undefined);
    expect(await report(other.readModel.db)).toEqual([{ name: 'Tea', total: 12 }]);
    expect(await schemas()).toContain('read_turnover_1');
  });

  it('keeps what has served before, also beside a later audit and after a restart', async () => {
    const older = run();
    await older.caughtUp();
    await older.readModel.audit(OPTIONS);
    await client.query(`create schema read_turnover_2`);
    const newer = run(2);
    await newer.caughtUp();
    await newer.readModel.stop();
    await run(2).caughtUp();
    expect(await schemas()).toEqual(['read_turnover_1', 'read_turnover_2', 'read_turnover_3']);
    expect(await report(older.readModel.db)).toEqual([{ name: 'Tea', total: 12 }]);
  });

  it('answers 503, and comes back, when its schema is removed', async () => {
    const { readModel, caughtUp, is, told } = run();
    await caughtUp();
    await client.query('drop schema read_turnover_1 cascade');
    await expect(report(readModel.db)).rejects.toThrow('turnover cannot answer now');
    await is('following');
    await caughtUp();
    expect(await report(readModel.db)).toEqual([{ name: 'Tea', total: 12 }]);
    expect(told.faults).toEqual([]);
  });

  it('reads what another process has put in the place of its tables, without a next event', async () => {
    const [one, other] = [run(), run()];
    await one.caughtUp();
    await other.caughtUp();
    await one.readModel.rebuild(OPTIONS);
    await other.readModel.read((db) => report(db));
    await other.until(() => other.told.recovered.length === 2);
    expect(await other.readModel.read((db) => report(db))).toMatchObject({ position: 3 });
  });

  it('is not taken back by an older version that starts again, unless somebody resumes it', async () => {
    await run(2).caughtUp();
    const older = run(1);
    await older.is('faulted');
    expect(older.told.faults[0]?.message).toContain(
      'turnover is served in version 2 (schema read_turnover_1)',
    );
    await log.append([sold('tea', 1)]);
    expect(await schemas()).toEqual(['read_turnover_1']);
    await older.readModel.resume();
    await older.caughtUp();
    expect(await report(older.readModel.db)).toEqual([{ name: 'Tea', total: 13 }]);
  });

  it('puts rebuilt tables in their place also when it has to wait for that', async () => {
    const { readModel, caughtUp } = run();
    await caughtUp();
    await client.query('begin; select * from read_turnover_1.leftfold_checkpoint for update');
    const rebuilt = readModel.rebuild(OPTIONS);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const { rows } = await client.query('select serves from read_turnover_2.leftfold_checkpoint');
    expect(rows).toEqual([{ serves: 0 }]); // both or none
    await client.query('rollback');
    expect(await rebuilt).toMatchObject({ equal: true });
    await log.append([sold('tea', 1)]);
    await caughtUp();
    expect(await report(readModel.db)).toEqual([{ name: 'Tea', total: 13 }]);
  });
});
