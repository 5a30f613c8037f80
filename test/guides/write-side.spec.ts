/** What `docs/write-side.md` says and shows is what happens. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import {
  EventLog,
  LeftfoldModule,
  MemoryStore,
  Problem,
  commitId,
  execute,
  load,
} from '../../src/runtime/index.js';
import { blocksOf } from '../support/readme.js';
import { AccountsController } from './write-side/accounts.controller.js';
import { account, accounts, contracts, deposit, open, transfer, withdraw } from './write-side/accounts.js';

const ROOT = join(import.meta.dirname, '..', '..');

const problemOf = (attempt: Promise<unknown>): Promise<string> =>
  attempt.then(
    () => 'none',
    (error: unknown) => (error instanceof Problem ? `${error.problem}: ${error.detail}` : String(error)),
  );

describe('the guide to the write side', () => {
  let log: EventLog;

  beforeEach(() => {
    log = new EventLog(new MemoryStore());
    log.contracts.register(contracts);
  });

  const add = (id: string, cents: number): Promise<unknown> =>
    execute(log, account, id, deposit, { account: id, cents });

  it('refuses what the machine does not allow, and says why', async () => {
    expect(await problemOf(add('a', 5))).toBe('account-not-found: There is no account a.');
    await execute(log, account, 'a', open, 'a');
    await add('a', 5);
    expect(await problemOf(execute(log, account, 'a', open, 'a'))).toBe(
      'account-not-ready: Account a: it is open and holds 5 cents.',
    );
  });

  it('refuses in decide what depends on the input', async () => {
    await execute(log, account, 'a', open, 'a');
    await add('a', 5);
    expect(await problemOf(execute(log, account, 'a', withdraw, { account: 'a', cents: 6 }))).toBe(
      'not-enough-money: Account a holds 5 cents, not 6.',
    );
    expect(await log.head()).toBe(2);
  });

  it('lets only one of two withdrawals at once have the money', async () => {
    await execute(log, account, 'a', open, 'a');
    await add('a', 5);
    const attempt = (): Promise<string> =>
      problemOf(execute(log, account, 'a', withdraw, { account: 'a', cents: 5 }));
    expect((await Promise.all([attempt(), attempt()])).toSorted()).toEqual([
      'none',
      'not-enough-money: Account a holds 0 cents, not 5.',
    ]);
  });

  it('answers a retry under the same id as the first time', async () => {
    await execute(log, account, 'a', open, 'a');
    const options = { commitId: commitId('payment-17') };
    const amount = { account: 'a', cents: 5 };
    const first = await execute(log, account, 'a', deposit, amount, options);
    const again = await execute(log, account, 'a', deposit, amount, options);
    expect([first.last, again.last, again.repeated]).toEqual([2, 2, true]);
    expect((await load(log, account, 'a')).state).toEqual({ value: 'open', context: { cents: 5 } });
  });

  it('transfers between two accounts in one commit, or not at all', async () => {
    await execute(log, account, 'a', open, 'a');
    await execute(log, account, 'b', open, 'b');
    await add('a', 5);
    const given = { from: 'a', to: 'b', cents: 3 };
    const { first, last } = await execute(log, accounts, given, transfer, given);
    expect([first, last]).toEqual([4, 5]);
    const toNobody = { from: 'a', to: 'c', cents: 1 };
    expect(await problemOf(execute(log, accounts, toNobody, transfer, toNobody))).toBe(
      'account-not-found: There is no account c.',
    );
    expect((await load(log, account, 'a')).state.context.cents).toBe(2);
    expect((await load(log, account, 'b')).state.context.cents).toBe(3);
  });

  it('answers refusals and bad bodies of a controller as problems, and a retry as the first time', async () => {
    const module = await Test.createTestingModule({
      imports: [
        LeftfoldModule.forRoot({ store: 'memory:' }),
        LeftfoldModule.forFeature({ contracts, deciders: [account] }),
      ],
      controllers: [AccountsController],
    }).compile();
    const app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter());
    await app.init();
    const post = async (path: string, payload: object = {}, headers = {}): Promise<readonly unknown[]> => {
      const answer = await app.inject({ method: 'POST', url: path, payload, headers });
      const body = answer.json<{ type?: string; position?: number }>();
      return [answer.statusCode, body.type ?? body.position];
    };
    expect(await post('/accounts/a')).toEqual([201, 1]);
    const problem = 'urn:leftfold:problem:';
    expect(await post('/accounts/a')).toEqual([409, `${problem}account-not-ready`]);
    expect(await post('/accounts/a/withdrawals', { cents: 5 })).toEqual([409, `${problem}not-enough-money`]);
    expect(await post('/accounts/a/withdrawals', { cents: '5' })).toEqual([422, `${problem}invalid-body`]);
    expect(await post('/accounts/b/withdrawals', { cents: 5 })).toEqual([404, `${problem}account-not-found`]);
    await execute(app.get(EventLog), account, 'a', deposit, { account: 'a', cents: 5 });
    const key = { 'idempotency-key': 'payment-18' };
    expect(await post('/accounts/a/withdrawals', { cents: 5 }, key)).toEqual([201, 3]);
    expect(await post('/accounts/a/withdrawals', { cents: 5 }, key)).toEqual([201, 3]);
    await app.close();
  });

  it('shows parts of tested files as they are', () => {
    const code = ['accounts.ts', 'accounts.controller.ts']
      .map((file) => readFileSync(join(ROOT, 'test/guides/write-side', file), 'utf8'))
      .join('\n');
    const spec = readFileSync(join(ROOT, 'test/guides/write-side.spec.ts'), 'utf8');
    const shown = blocksOf('docs/write-side.md').filter(({ language }) => language === 'ts');
    expect(shown.length).toBeGreaterThan(4);
    for (const { text } of shown) expect(`${code}\n${unindented(spec)}`).toContain(text.trim());
  });
});

/** As the lines of a test's body are shown in the guide. */
function unindented(text: string): string {
  return text.replaceAll(/^ {4}/gm, '');
}
