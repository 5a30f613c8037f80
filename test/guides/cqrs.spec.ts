/** What `docs/cqrs.md` shows works: `@nestjs/cqrs` beside the log. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { INestApplication } from '@nestjs/common';
import { CommandBus, CqrsModule } from '@nestjs/cqrs';
import { Test } from '@nestjs/testing';
import { LeftfoldModule, MemoryStore } from '../../src/runtime/index.js';
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

  it('shows parts of tested files as they are', () => {
    const shown = blocksOf('docs/cqrs.md')
      .filter(({ language }) => language === 'ts')
      .map(({ text }) => text.trim());
    const code = readFileSync(join(ROOT, 'test/guides/cqrs/deposits.ts'), 'utf8');
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
