/** The bank over HTTP: all of it comes from its two deciders. */
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { LeftfoldModule } from '../../src/runtime/index.js';
import { BankModule, accountList, accounts } from './bank.js';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
}

let app: NestFastifyApplication;

const send = async (
  method: 'GET' | 'POST' | 'PUT',
  url: string,
  payload?: object | string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> => {
  const answer = await app.inject({ method, url, headers, ...(payload !== undefined && { payload }) });
  return { status: answer.statusCode, headers: answer.headers, body: answer.json<Answer['body']>() };
};

const post = (url: string, payload?: object, headers?: Readonly<Record<string, string>>): Promise<Answer> =>
  send('POST', url, payload, headers);

const problem = ({ status, body }: Answer): readonly unknown[] => [
  status,
  String(body['type']).replace('urn:leftfold:problem:', ''),
];

beforeEach(async () => {
  const module = await Test.createTestingModule({
    imports: [LeftfoldModule.forRoot({ store: 'memory:' }), BankModule],
  }).compile();
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class
  app = module.createNestApplication(new FastifyAdapter(), { rawBody: true });
  await app.init();
});

afterEach(() => app.close());

const given = async (id: string, cents: number): Promise<void> => {
  await post('/accounts', { id, owner: id });
  await post(`/accounts/${id}/deposit`, { cents });
};

describe('opening an account', () => {
  it('gives it an id, and says where it is', async () => {
    const { status, headers, body } = await post('/accounts', { owner: 'Ann' });
    expect(status).toBe(201);
    expect(body).toEqual({ id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/) as unknown, position: 1 });
    expect(headers).toMatchObject({ location: `/accounts/${String(body['id'])}`, 'leftfold-position': '1' });
  });

  it.each([
    ['\ud800', '#/owner'],
    ['a\udc00b', '#/owner'],
  ])('points to a text that no log takes: %j', async (owner, pointer) => {
    const refused = await post('/accounts', { owner });
    expect(problem(refused)).toEqual([422, 'invalid-body']);
    expect(refused.body['errors']).toMatchObject([{ pointer }]);
  });

  it('takes an id of the client, once', async () => {
    expect((await post('/accounts', { id: 'a', owner: 'Ann' })).body).toEqual({ id: 'a', position: 1 });
    expect(problem(await post('/accounts', { id: 'a', owner: 'Bob' }))).toEqual([409, 'account-not-ready']);
    expect((await post('/accounts/b/open', { owner: 'Bob' })).body).toEqual({ id: 'b', position: 2 });
  });

  it('answers a retry with the same id', async () => {
    const key = { 'idempotency-key': 'once' };
    const first = await post('/accounts', { owner: 'Ann' }, key);
    const again = await post('/accounts', { owner: 'Ann' }, key);
    expect([again.status, again.body, again.headers['location']]).toEqual([
      201,
      first.body,
      first.headers['location'],
    ]);
    expect(problem(await post('/accounts', { owner: 'Bob' }, key))).toEqual([422, 'idempotency-key-reused']);
  });
});

describe('an account', () => {
  it('is shown with what can be done now', async () => {
    await given('a', 5);
    const { status, headers, body } = await send('GET', '/accounts/a');
    const link = (command: string): object => ({ method: 'POST', href: `/accounts/a/${command}` });
    expect([status, headers['leftfold-position']]).toEqual([200, '2']);
    expect(body).toEqual({
      id: 'a',
      state: 'open',
      owner: 'a',
      cents: 5,
      commands: { deposit: link('deposit'), withdraw: link('withdraw') },
    });
  });

  it('is not found before it is opened', async () => {
    expect(problem(await send('GET', '/accounts/a'))).toEqual([404, 'account-not-found']);
    expect(problem(await post('/accounts/a/deposit', { cents: 5 }))).toEqual([404, 'account-not-found']);
  });

  it('is closed when it is empty', async () => {
    await given('a', 5);
    expect(problem(await post('/accounts/a/close'))).toEqual([409, 'account-not-ready']);
    await post('/accounts/a/withdraw', { cents: 5 });
    expect((await post('/accounts/a/close')).status).toBe(201);
    expect((await send('GET', '/accounts/a')).body).toMatchObject({ state: 'closed', commands: {} });
  });

  it('answers another method with those that it has', async () => {
    const answer = await app.inject({ method: 'PUT', url: '/accounts/a', payload: {} });
    expect([answer.statusCode, answer.headers.allow]).toEqual([405, 'GET, HEAD']);
  });
});

describe('the list of accounts', () => {
  const listed = async (query: string): Promise<unknown> => {
    const { headers } = await send('GET', '/accounts/a');
    const answer = await send(
      'GET',
      `/accounts?after=${String(headers['leftfold-position'])}&${query}`,
      undefined,
      {
        prefer: 'wait=10',
      },
    );
    expect(answer.status).toBe(200);
    return answer.body['items'];
  };

  it('is sorted by what they hold, and filtered by their state', async () => {
    for (const [id, cents] of [
      ['a', 5],
      ['b', 50],
      ['c', 20],
      ['d', 1],
    ] as const)
      await given(id, cents);
    await post('/accounts/d/withdraw', { cents: 1 });
    await post('/accounts/d/close');
    await post('/transfers', { from: 'b', to: 'a', cents: 40 });
    expect(await listed('state=open&sort=-cents&limit=3&fields=cents,state')).toEqual([
      { key: 'a', state: 'open', cents: 45, position: 12 },
      { key: 'c', state: 'open', cents: 20, position: 6 },
      { key: 'b', state: 'open', cents: 10, position: 11 },
    ]);
    expect(await listed('state=closed')).toMatchObject([{ key: 'd', cents: 0 }]);
  });

  it('leaves one account to its decider, and has its history', async () => {
    await given('a', 5);
    await listed('limit=1');
    expect((await send('GET', '/accounts/a')).body).toMatchObject({ id: 'a', commands: { deposit: {} } });
    const { points } = (await send('GET', '/accounts/a/history')).body;
    expect(points).toMatchObject([{ view: { cents: 0 } }, { view: { cents: 5 } }]);
  });

  it('is at the path where accounts are opened', async () => {
    const answer = await app.inject({ method: 'DELETE', url: '/accounts' });
    expect([answer.statusCode, answer.headers.allow]).toEqual([405, 'GET, HEAD, POST']);
  });

  it('is refused at the start unless it leaves one account to the decider', () => {
    const projections = [{ ...accountList, http: {} }];
    expect(() => LeftfoldModule.forFeature({ deciders: [accounts], projections, http: true })).toThrow(
      'there are two paths named GET /accounts/{id}',
    );
  });
});

describe('money', () => {
  it('is not withdrawn beyond what there is', async () => {
    await given('a', 5);
    const refused = await post('/accounts/a/withdraw', { cents: 6 });
    expect(problem(refused)).toEqual([409, 'not-enough-money']);
    expect(refused.body['detail']).toBe('Account a holds 5 cents.');
    expect((await post('/accounts/a/withdraw', { cents: 5 })).body).toEqual({ id: 'a', position: 3 });
  });

  it('goes from one account to another in one commit', async () => {
    await given('a', 5);
    await given('b', 1);
    const { status, headers, body } = await post('/transfers', { from: 'a', to: 'b', cents: 3 });
    expect([status, headers['location'], body]).toEqual([
      201,
      '/events?after=4&limit=2',
      { first: 5, last: 6 },
    ]);
    expect((await send('GET', '/accounts/a')).body['cents']).toBe(2);
    expect((await send('GET', '/accounts/b')).body['cents']).toBe(4);
  });

  it.each([
    ['10,000 characters', 'x'.repeat(10_000)],
    ['no character', ''],
    ['half of a surrogate pair', '\ud800'],
    ['a slash', 'a/b'],
    ['a control character', 'a\u0000'],
    ['no text', 5],
  ])('does not go to an account that has %s for an id', async (_, to) => {
    const refused = await post('/transfers', { from: 'a', to, cents: 3 });
    expect(problem(refused)).toEqual([422, 'invalid-body']);
    expect(refused.body['errors']).toMatchObject([{ pointer: '#/to' }]);
  });

  it('stays where it is when a transfer is refused', async () => {
    await given('a', 5);
    const transfer = { from: 'a', to: 'b', cents: 3 };
    expect(problem(await post('/transfers', transfer))).toEqual([404, 'account-not-found']);
    await given('b', 1);
    expect(problem(await post('/transfers', { ...transfer, cents: 6 }))).toEqual([409, 'not-enough-money']);
    expect((await send('GET', '/accounts/a')).body['cents']).toBe(5);
  });

  it('is deposited several times in one commit, or not at all', async () => {
    await given('a', 5);
    expect((await post('/accounts/a/deposit', [{ cents: 1 }, { cents: 2 }])).body).toEqual({
      id: 'a',
      first: 3,
      last: 4,
    });
    const wrong = await post('/accounts/a/deposit', [{ cents: 1 }, { cents: 'x' }, { euros: 1 }]);
    expect(wrong.body['errors']).toEqual(
      ['#/1/cents', '#/2/cents', '#/2/euros'].map(
        (pointer) => expect.objectContaining({ pointer }) as unknown,
      ),
    );
    expect((await send('GET', '/accounts/a')).body['cents']).toBe(8);
  });

  it('is deposited by a form', async () => {
    await given('a', 5);
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await send('POST', '/accounts/a/deposit', 'cents=7', type)).status).toBe(201);
    expect(problem(await send('POST', '/accounts/a/withdraw', 'cents=7', type))).toEqual([
      415,
      'unsupported-media-type',
    ]);
    expect((await send('GET', '/accounts/a')).body['cents']).toBe(12);
  });
});
