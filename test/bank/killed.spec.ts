/** The bank under 64 clients while its server is killed: no money is made or lost, no account is overdrawn, and nothing acknowledged is gone. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Random } from '../support/random.js';
import { BANK, Server, TemporaryFolder } from '../support/server.js';

/** How often it is killed; on a machine with time to spare, 100 times and more. */
const KILLS = Number(process.env['LEFTFOLD_TEST_BANK_KILLS'] ?? '5');
const SEED = Number(process.env['LEFTFOLD_TEST_SEED'] ?? String(Date.now() % 1_000_000));
const CLIENTS = 64;
const ACCOUNTS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'] as const;
const OPENING_CENTS = 100;

interface BankEvent {
  readonly position: number;
  readonly type: string;
  readonly data: { readonly account: string; readonly cents: number };
  readonly metadata: { readonly correlationId?: string };
}

interface Request {
  /** Both `Idempotency-Key` and `X-Correlation-Id`. */
  readonly key: string;
  readonly path: string;
  readonly body: object;
}

interface Answered extends Request {
  readonly status: number;
  /** The newest position that it was answered with. */
  readonly at: number | undefined;
}

describe(`a bank that is killed (LEFTFOLD_TEST_SEED=${SEED})`, () => {
  const folder = new TemporaryFolder();
  const random = new Random(SEED);
  const answered: Answered[] = [];
  let server: Server;
  let isOver = false;
  let events: readonly BankEvent[];

  const start = async (): Promise<void> => {
    server = await Server.start({ LEFTFOLD_DATA: folder.path }, BANK);
  };

  /** Repeats the request under its key until it is answered. */
  async function send({ key, path, body }: Request): Promise<Answered> {
    for (;;) {
      try {
        const headers = { 'idempotency-key': key, 'x-correlation-id': key };
        const response = await server.post(path, body, headers);
        const { position, last = position } = (await response.json()) as Partial<Record<string, number>>;
        if (response.status < 500) return { key, path, body, status: response.status, at: last };
      } catch {
        // The server was killed.
      }
      // In no step with the others, and seldom enough to leave the processor to the start.
      await pause(100 + Math.random() * 200);
    }
  }

  function pick<Item>(items: readonly [Item, ...Item[]]): Item {
    return items[random.integer(0, items.length - 1)] ?? items[0];
  }

  /** Withdraws and transfers more than it deposits, so that accounts run dry. */
  function anyRequest(): Request {
    const [from, to] = [pick(ACCOUNTS), pick(ACCOUNTS)];
    const cents = random.integer(1, 60);
    const [path, body] = pick<readonly [string, object]>([
      [`/accounts/${from}/deposit`, { cents: random.integer(1, 40) }],
      [`/accounts/${from}/withdraw`, { cents }],
      ['/transfers', { from, to, cents }],
      ['/transfers', { from, to, cents }],
    ]);
    return { key: randomUUID(), path, body };
  }

  async function allEvents(): Promise<readonly BankEvent[]> {
    const response = await server.fetch('/events', { headers: { accept: 'application/x-ndjson' } });
    const lines = (await response.text()).split('\n').filter(Boolean);
    return lines.map((line) => JSON.parse(line) as BankEvent);
  }

  beforeAll(
    async () => {
      await start();
      for (const id of ACCOUNTS) {
        await server.post('/accounts', { id, owner: id });
        await server.post(`/accounts/${id}/deposit`, { cents: OPENING_CENTS });
      }
      const clients = Array.from({ length: CLIENTS }, async () => {
        while (!isOver) answered.push(await send(anyRequest()));
      });
      const kills = (async () => {
        for (let kill = 0; kill < KILLS; kill += 1) {
          const before = answered.length;
          while (answered.length < before + 100) await pause(5);
          await pause(random.integer(0, 100));
          await server.kill();
          await start();
        }
        isOver = true;
      })();
      await Promise.all([kills, ...clients]);
      events = await allEvents();
    },
    60_000 + KILLS * 10_000,
  );

  afterAll(async () => {
    await server.kill();
    folder.remove();
  });

  const changeOf = ({ type, data }: BankEvent): number =>
    type === 'money.deposited' ? data.cents : type === 'money.withdrawn' ? -data.cents : 0;

  it('has no account that was ever overdrawn', () => {
    const balances = new Map<string, number>();
    const overdrawn = events.filter((event) => {
      const balance = (balances.get(event.data.account) ?? 0) + changeOf(event);
      balances.set(event.data.account, balance);
      return balance < 0;
    });
    expect(overdrawn).toEqual([]);
  });

  it('has what was acknowledged at the position that the client was told, once', () => {
    const recorded = new Map<string, BankEvent[]>();
    for (const event of events) {
      const key = event.metadata.correlationId ?? '';
      recorded.set(key, [...(recorded.get(key) ?? []), event]);
    }
    const wrong = answered
      .filter(({ status }) => status === 201)
      .filter(({ key, path, at }) => {
        const found = recorded.get(key) ?? [];
        return found.length !== (path === '/transfers' ? 2 : 1) || found.at(-1)?.position !== at;
      });
    expect(wrong).toEqual([]);
  });

  it('has nothing of what was refused', () => {
    const keys = new Set(events.map(({ metadata }) => metadata.correlationId));
    const refused = answered.filter(({ status }) => status !== 201);
    expect(refused.filter(({ key }) => keys.has(key))).toEqual([]);
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([409]));
  });

  it('has all of the money, to the cent', async () => {
    const sum = (of: readonly Answered[]): number =>
      of.reduce((total, { body }) => total + (body as { readonly cents: number }).cents, 0);
    const done = answered.filter(({ status }) => status === 201);
    const deposited = sum(done.filter(({ path }) => path.endsWith('/deposit')));
    const withdrawn = sum(done.filter(({ path }) => path.endsWith('/withdraw')));
    const balances = await Promise.all(
      ACCOUNTS.map(async (id) => (await server.json(`/accounts/${id}`)) as { readonly cents: number }),
    );
    const held = balances.reduce((total, { cents }) => total + cents, 0);
    expect(held).toBe(ACCOUNTS.length * OPENING_CENTS + deposited - withdrawn);
    expect(balances.filter(({ cents }) => cents < 0)).toEqual([]);
  });

  it('lists all of it as well, the richest first', async () => {
    const url = `/accounts?after=${events.at(-1)?.position ?? 0}&sort=-cents`;
    const { items } = (await server.json(url, { headers: { prefer: 'wait=30' } })) as {
      readonly items: readonly { readonly cents: number }[];
    };
    const listed = items.map(({ cents }) => cents);
    expect(listed).toHaveLength(ACCOUNTS.length);
    expect(listed).toEqual(listed.toSorted((one, other) => other - one));
    const held = events.reduce((total, event) => total + changeOf(event), 0);
    expect(listed.reduce((total, cents) => total + cents, 0)).toBe(held);
  });
});
