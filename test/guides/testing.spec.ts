/** What `docs/testing.md` shows: tests of a context of one's own. The guide shows parts of this file as they are. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Module } from '@nestjs/common';
import fc from 'fast-check';
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
  defineEntityProjection,
  defineProjection,
  execute,
  foldOf,
  load,
  position,
} from '../../src/runtime/index.js';
import {
  about,
  exampleOf,
  given,
  inRevision,
  refused,
  requireFinished,
  settled,
} from '../../src/runtime/testing/index.js';
import { arbitraryOf, checkDecider } from '../../src/runtime/testing/properties/index.js';
import { blocksOf } from '../support/readme.js';
import { TemporaryFolder } from '../support/server.js';
import { customerRegistered, customers, emails } from './commands/customers.js';
import { roomBooked } from './evolution/second.js';
import { AccountsController } from './write-side/accounts.controller.js';
import {
  account,
  accountMachine,
  accountOpened,
  accounts,
  contracts,
  deposit,
  moneyDeposited,
  moneyWithdrawn,
  open,
  transfer,
  withdraw,
  type AccountContext,
} from './write-side/accounts.js';

requireFinished(afterEach);

const folder = new TemporaryFolder();
const data = join(folder.path, 'data');

const accountList = defineEntityProjection({
  name: 'account-list',
  machine: accountMachine,
  consumes: contracts,
  key: ({ data }) => data.account,
  view: ({ value, context }) => ({ state: value, cents: context.cents }),
});

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

describe('an account', () => {
  const opened = accountOpened.create({ account: 'a' });
  const deposited = moneyDeposited.create({ account: 'a', cents: 5 });

  it('pays out what was deposited', async () => {
    await given([opened, deposited])
      .when(account, 'a', withdraw, { account: 'a', cents: 5 })
      .then([moneyWithdrawn.create({ account: 'a', cents: 5 })]);
  });

  it('pays out no more than that', async () => {
    await given([opened, deposited])
      .when(account, 'a', withdraw, { account: 'a', cents: 6 })
      .then(refused('not-enough-money', 'Account a holds 5 cents, not 6.'));
  });

  it('is not opened twice', async () => {
    await given([opened]).when(account, 'a', open, 'a').then(refused('account-not-ready'));
  });

  it('shows what differs', async () => {
    const wrong = given([opened])
      .when(account, 'a', deposit, { account: 'a', cents: 5 })
      .then([moneyDeposited.create({ account: 'a', cents: 6 })]);
    const shown = blocksOf('docs/testing.md').find(({ text }) => text.startsWith('other events'));
    await expect(wrong).rejects.toMatchObject({ message: shown?.text });
  });
});

describe('a transfer', () => {
  it('takes from one account what it gives to another', async () => {
    const input = { from: 'a', to: 'b', cents: 5 };
    const before = [
      ...about(account, 'a', [exampleOf(accountOpened), exampleOf(moneyDeposited)]),
      ...about(account, 'b', [exampleOf(accountOpened, { account: 'b' })]),
    ];
    await given(before, { contracts })
      .when(accounts, input, transfer, input)
      .then([
        moneyWithdrawn.create({ account: 'a', cents: 5 }),
        moneyDeposited.create({ account: 'b', cents: 5 }),
      ]);
  });
});

describe('a customer', () => {
  it('has an address that nobody else has', async () => {
    await given([emails.claim('ann@example.org', 'another').event], { contracts: emails.contracts })
      .when(customers, 'c', 'register', { email: 'Ann@example.org' })
      .then(refused('email-taken'));
  });

  it('may register once, and change the address afterwards', async () => {
    await given([]).expectCommands(customers, 'c', ['register']);
    await given([exampleOf(customerRegistered)]).expectCommands(customers, 'c', ['changeAddress', 'leave']);
  });

  it('keeps the rules whatever is asked, in any order', async () => {
    const report = await checkDecider(customers, { contracts: emails.contracts, runs: 50, seed: 1 });
    expect(report.neverReached).toEqual([]);
  });
});

describe('views', () => {
  it('of a projection', () => {
    given([exampleOf(accountOpened), exampleOf(moneyDeposited)]).expectView(balance, {
      state: 'open',
      cents: 1250,
    });
  });

  it('of entities, by key and all together', () => {
    const events = [exampleOf(accountOpened), exampleOf(accountOpened, { account: 'b' })];
    given(events).expectView(accountList, 'b', { state: 'open', cents: 0 });
    given([...events, exampleOf(moneyDeposited)]).expectEntities(accountList, {
      a: { state: 'open', cents: 1250 },
      b: { state: 'open', cents: 0 },
    });
  });
});

describe('an event of the first revision', () => {
  it('is read in minutes', () => {
    given([inRevision(roomBooked, 1, { room: 'blue', hours: 2 })]).expectEvents([
      roomBooked.create({ room: 'blue', minutes: 120 }),
    ]);
  });
});

describe('the balance', () => {
  it('is the sum of whatever is deposited', () => {
    fc.assert(
      fc.property(fc.array(arbitraryOf(moneyDeposited)), (deposits) => {
        const events = deposits.map((data) => moneyDeposited.create(data));
        const cents = deposits.reduce((sum, deposit) => sum + deposit.cents, 0);
        given([exampleOf(accountOpened), ...events]).expectView(balance, { state: 'open', cents });
      }),
    );
  });
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
    await settled(app);
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
    await settled(second);
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
