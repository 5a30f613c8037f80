/** What `docs/cqrs.md` shows works: `@nestjs/cqrs` beside the log. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { INestApplication } from '@nestjs/common';
import { CommandBus, CqrsModule } from '@nestjs/cqrs';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { z } from 'zod';
import {
  EventLog,
  LeftfoldModule,
  MemoryStore,
  commandHandler,
  commitId,
  execute,
  load,
  position,
  type Commit,
} from '../../src/runtime/index.js';
import { BankModule, accounts } from '../bank/bank.js';
import { Deposit, DepositHandler } from './cqrs/deposit-handler.js';
import { blocksOf } from '../support/readme.js';
import { TemporaryFolder } from '../support/server.js';
import { until } from '../support/api.js';
import {
  Checkpoint,
  DepositMoney,
  DepositMoneyHandler,
  EventBusFeed,
  Receipts,
  moneyDeposited,
} from './cqrs/deposits.js';

const ROOT = join(import.meta.dirname, '..', '..');

describe('the guide to @nestjs/cqrs', () => {
  const folder = new TemporaryFolder();
  afterAll(() => {
    folder.remove();
  });

  async function start(store: MemoryStore): Promise<INestApplication> {
    const module = await Test.createTestingModule({
      imports: [
        CqrsModule.forRoot(),
        LeftfoldModule.forRoot({ store }),
        LeftfoldModule.forFeature({ contracts: [moneyDeposited] }),
      ],
      providers: [
        DepositMoneyHandler,
        EventBusFeed,
        Receipts,
        { provide: Checkpoint, useValue: new Checkpoint(join(folder.path, 'receipts.checkpoint')) },
      ],
    }).compile();
    const app = module.createNestApplication();
    await app.init();
    return app;
  }

  const deposit = (app: INestApplication, cents: number): Promise<number> =>
    app.get(CommandBus).execute(new DepositMoney(cents));

  it('appends in a command handler, and feeds an event handler what is new since its checkpoint', async () => {
    const store = new LastingStore();
    const first = await start(store);
    expect(await deposit(first, 1250)).toBe(1);
    expect(await deposit(first, 50)).toBe(2);
    await until(() => first.get(Receipts).printed.length === 2);
    expect(first.get(Receipts).printed).toEqual(['receipt 1: 1250 cents', 'receipt 2: 50 cents']);
    await first.close();

    const second = await start(store);
    expect(await deposit(second, 7)).toBe(3);
    await until(() => second.get(Receipts).printed.length > 0);
    expect(second.get(Receipts).printed).toEqual(['receipt 3: 7 cents']);
    await second.close();
  });

  it('carries out a command of a decider by a handler of one line', async () => {
    const module = await Test.createTestingModule({
      imports: [CqrsModule.forRoot(), LeftfoldModule.forRoot({ store: 'memory:' }), BankModule],
      providers: [DepositHandler],
    }).compile();
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class
    const app = module.createNestApplication(new FastifyAdapter(), { rawBody: true });
    await app.init();
    await execute(app.get(EventLog), accounts, 'a', 'open', { owner: 'Ann' });
    const { last } = await app.get(CommandBus).execute<Deposit, Commit>(new Deposit('a', 5));
    expect(last).toBe(2);
    expect((await load(app.get(EventLog), accounts, 'a')).state.context.cents).toBe(5);
    await expect(app.get(CommandBus).execute(new Deposit('b', 5))).rejects.toThrow('There is no account b.');

    const options = { commitId: commitId('once'), metadata: { by: 'Ann' } };
    const commits = [];
    for (const cents of [7, 7])
      commits.push(await app.get(CommandBus).execute<Deposit, Commit>(new Deposit('a', cents, options)));
    expect(commits).toMatchObject([
      { last: 3, repeated: false },
      { last: 3, repeated: true },
    ]);
    expect(await app.get(EventLog).at(position(3))).toMatchObject({
      metadata: { by: 'Ann' },
      commit: 'once',
    });
    await app.close();
  });

  it('refuses a command whose input has a member that is none of the input on the bus', () => {
    const { decide, ...deposit } = accounts.commands.deposit;
    const commands = { deposit: { ...deposit, decide, input: z.object({ options: z.string() }) } };
    const handler = (): unknown => commandHandler({ ...accounts, commands } as never, 'deposit' as never);
    expect(handler).toThrow('command deposit has an input with the member options');
  });

  it('shows parts of tested files as they are', () => {
    const shown = blocksOf('docs/cqrs.md')
      .filter(({ language }) => language === 'ts')
      .map(({ text }) => text.trim());
    const code = ['deposits.ts', 'deposit-handler.ts']
      .map((file) => readFileSync(join(ROOT, 'test/guides/cqrs', file), 'utf8'))
      .join('\n');
    expect(shown.length).toBeGreaterThan(2);
    for (const part of shown) expect(code).toContain(part);
  });
});

/** Stands for a log on a disk: closing it with an application does not end it. */
class LastingStore extends MemoryStore {
  override close(): Promise<void> {
    return Promise.resolve();
  }
}
