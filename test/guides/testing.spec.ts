/** What `docs/testing.md` shows: tests of a context of one's own. The guide shows parts of this file as they are. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import {
  contractFaults,
  describeFault,
  publishContracts,
} from '../../src/runtime/event-log/contracts/publishing/index.js';
import {
  EventLog,
  EventStore,
  LeftfoldModule,
  MemoryStore,
  ProjectionHost,
  allows,
  defineProjection,
  execute,
  foldOf,
  load,
  position,
} from '../../src/runtime/index.js';
import { blocksOf } from '../support/readme.js';
import { TemporaryFolder } from '../support/server.js';
import { AccountsController } from './write-side/accounts.controller.js';
import {
  account,
  accountMachine,
  accountOpened,
  contracts,
  deposit,
  moneyDeposited,
  open,
  withdraw,
  type AccountContext,
} from './write-side/accounts.js';

const folder = new TemporaryFolder();
const data = join(folder.path, 'data');

const balance = defineProjection({
  name: 'balance',
  machine: accountMachine,
  consumes: contracts,
  view: ({ value, context }) => ({ state: value, cents: context.cents }),
});

@Module({
  imports: [LeftfoldModule.forFeature({ contracts, deciders: [account], projections: [balance] })],
  controllers: [AccountsController],
})
class AccountsModule {}

@Module({
  imports: [
    LeftfoldModule.forRoot({ store: `lmdb:${data}/log`, snapshots: { folder: data } }),
    AccountsModule,
  ],
})
class AppModule {}

const balanceIn = (app: NestFastifyApplication): ReturnType<ProjectionHost['find']> =>
  app.get(ProjectionHost).find('balance');

afterAll(() => {
  folder.remove();
});

describe('the machine', () => {
  const fold = foldOf<AccountContext>(accountMachine);
  const opened = accountOpened.create({ account: 'a' });
  const deposited = moneyDeposited.create({ account: 'a', cents: 1250 });

  it('adds up what is deposited', () => {
    const events = [opened, deposited, deposited];
    const state = events.reduce((before, event) => fold.step(before, event), fold.initial);
    expect(state).toEqual({ value: 'open', context: { cents: 2500 } });
  });

  it('closes only an empty account', () => {
    const empty = fold.step(fold.initial, opened);
    expect(fold.accepts(empty, { type: 'account.closed' })).toBe(true);
    expect(fold.accepts(fold.step(empty, deposited), { type: 'account.closed' })).toBe(false);
  });
});

describe('a command', () => {
  it('is possible in some states only', () => {
    expect(allows(account, account.fold.initial, open)).toBe(true);
    expect(allows(account, account.fold.initial, withdraw)).toBe(false);
  });

  it('records events, or is refused', async () => {
    const log = new EventLog(new MemoryStore());
    log.contracts.register(contracts);
    await execute(log, account, 'a', open, 'a');
    await execute(log, account, 'a', deposit, { account: 'a', cents: 5 });
    const tooMuch = execute(log, account, 'a', withdraw, { account: 'a', cents: 6 });
    await expect(tooMuch).rejects.toMatchObject({ problem: 'not-enough-money' });
    expect((await load(log, account, 'a')).state.context.cents).toBe(5);
    expect(await log.head()).toBe(2);
  });
});

describe('the application, with its log in memory', () => {
  let app: NestFastifyApplication;

  beforeEach(async () => {
    const module = await Test.createTestingModule({ imports: [AppModule] })
      .overrideProvider(EventStore)
      .useClass(MemoryStore)
      .compile();
    app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter());
    await app.init();
  });

  afterEach(async () => {
    await app.close();
  });

  it('has contracts that are as they were published, and that all its consumers can fold', () => {
    const published = join(folder.path, 'contracts');
    publishContracts(app.get(EventLog).contracts, published);
    const faults = contractFaults(app.get(EventLog).contracts, published);
    expect(faults.map(describeFault)).toEqual([]);
  });

  it('answers a command, and refuses one that is not possible', async () => {
    const opened = await app.inject({ method: 'POST', url: '/accounts/a' });
    expect([opened.statusCode, opened.json()]).toEqual([201, { position: 1 }]);
    const again = await app.inject({ method: 'POST', url: '/accounts/a' });
    expect([again.statusCode, again.json()]).toMatchObject([
      409,
      { type: 'urn:leftfold:problem:account-not-ready' },
    ]);
  });

  it('can be asked about its past', async () => {
    const log = app.get(EventLog);
    await execute(log, account, 'a', open, 'a');
    await execute(log, account, 'a', deposit, { account: 'a', cents: 5 });
    await balanceIn(app)?.reached(position(2), AbortSignal.timeout(5000));
    expect(balanceIn(app)?.view()).toEqual({ state: 'open', cents: 5 });
    const before = await balanceIn(app)?.past.at(position(1));
    expect(before?.state).toEqual({ value: 'open', context: { cents: 0 } });
  });
});

describe('the application, with its log on the disk', () => {
  async function start(): Promise<NestFastifyApplication> {
    const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
    const app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter());
    await app.init();
    return app;
  }

  it('goes on where it was after a restart', async () => {
    const first = await start();
    await first.inject({ method: 'POST', url: '/accounts/a' });
    await execute(first.get(EventLog), account, 'a', deposit, { account: 'a', cents: 5 });
    await first.close();

    const second = await start();
    await balanceIn(second)?.reached(position(2), AbortSignal.timeout(5000));
    expect(balanceIn(second)?.view()).toEqual({ state: 'open', cents: 5 });
    const again = await second.inject({ method: 'POST', url: '/accounts/a' });
    expect(again.statusCode).toBe(409);
    await second.close();
  });
});

describe('the guide to testing', () => {
  it('shows parts of this file as they are', () => {
    const spec = readFileSync(import.meta.filename, 'utf8');
    const shown = blocksOf('docs/testing.md').filter(({ language }) => language === 'ts');
    expect(shown.length).toBeGreaterThan(5);
    for (const { text } of shown) expect(spec).toContain(text.trim());
  });
});
