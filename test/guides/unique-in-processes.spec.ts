/** Unique values and numbers without gaps, claimed by two processes at once: never two owners, and every command is answered. */
import { describeWithPostgres } from '../support/postgres.js';
import { Random } from '../support/random.js';
import { CUSTOMERS, TemporaryFolder, type Server } from '../support/server.js';
import { twoOverLogServer, twoOverPostgres, type TwoProcesses } from '../support/two-processes.js';

const SEED = Number(process.env['LEFTFOLD_TEST_SEED'] ?? String(Date.now() % 1_000_000));
const CLIENTS = 24;
const COMMANDS_EACH = 12;
/** Fewer than clients, so that they meet. */
const ADDRESSES = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `${name}@example.org`);
const INVOICES = 40;

interface RecordedEvent {
  readonly position: number;
  readonly type: string;
  readonly data: { readonly value: string; readonly owner: string; readonly number: number };
}

function specifyUniqueness(open: (folder: string) => Promise<TwoProcesses>): void {
  const folder = new TemporaryFolder();
  const random = new Random(SEED);
  const statuses: number[] = [];
  let servers: readonly [Server, Server];
  let close: () => Promise<void>;
  let events: readonly RecordedEvent[];

  const address = (): string => ADDRESSES[random.integer(0, ADDRESSES.length - 1)] ?? '';

  /** Registers, changes the address, leaves. */
  function send(server: Server, id: string, command: number): Promise<Response> {
    if (command % 3 === 0) return server.post('/customers', { id, email: address() });
    if (command % 3 === 1) return server.post(`/customers/${id}/changeAddress`, { email: address() });
    return server.post(`/customers/${id}/leave`, {});
  }

  /** Each customer is commanded through both processes by turns. */
  async function client(nth: number): Promise<void> {
    for (let command = 0; command < COMMANDS_EACH; command += 1) {
      const server = servers[(nth + command) % 2 === 0 ? 0 : 1];
      const id = `${nth}-${Math.floor(command / 3)}`;
      const { status } = await send(server, id, command);
      statuses.push(status);
    }
  }

  beforeAll(async () => {
    ({ servers, close } = await open(folder.path));
    const invoices = Array.from({ length: INVOICES }, async (_, nth) => {
      const { status } = await (nth % 2 === 0 ? servers[0] : servers[1]).post('/invoices', {
        cents: nth + 1,
      });
      return status;
    });
    await Promise.all(Array.from({ length: CLIENTS }, (_, nth) => client(nth)));
    statuses.push(...(await Promise.all(invoices)));
    const response = await servers[0].fetch('/events', { headers: { accept: 'application/x-ndjson' } });
    const lines = (await response.text()).split('\n').filter(Boolean);
    events = lines.map((line) => JSON.parse(line) as RecordedEvent);
  }, 90_000);

  afterAll(async () => {
    await close();
    folder.remove();
  });

  it('answers every command, with what it recorded or why not', () => {
    expect(statuses).toHaveLength(CLIENTS * COMMANDS_EACH + INVOICES);
    expect([...new Set(statuses)].sort()).toEqual([201, 404, 409]);
  });

  it('never gives a value to two owners, and takes it from its owner only', () => {
    const owners = new Map<string, string>();
    const wrong = events.filter(({ type, data: { value, owner } }) => {
      const before = owners.get(value);
      if (type === 'email.claimed') owners.set(value, owner);
      if (type === 'email.released') owners.delete(value);
      return type === 'email.claimed' ? before !== undefined : type === 'email.released' && before !== owner;
    });
    expect(wrong).toEqual([]);
    const count = (type: string): number => events.filter((event) => event.type === type).length;
    expect(count('email.claimed')).toBe(count('customer.registered') + count('address.changed'));
    expect(count('email.released')).toBe(count('address.changed') + count('customer.left'));
    expect(count('email.claimed') - count('email.released')).toBe(owners.size);
    expect(count('customer.left')).toBeGreaterThan(0);
  });

  it('numbers all invoices without a gap', () => {
    const invoices = events.filter(({ type }) => type === 'invoice.created');
    expect(invoices.map(({ data }) => data.number)).toEqual(
      Array.from({ length: INVOICES }, (_, index) => index + 1),
    );
  });
}

describe(`two processes over one log server (LEFTFOLD_TEST_SEED=${SEED})`, () => {
  specifyUniqueness((folder) => twoOverLogServer(folder, CUSTOMERS, 'customers'));
});

describeWithPostgres(`two processes over PostgreSQL (LEFTFOLD_TEST_SEED=${SEED})`, () => {
  specifyUniqueness((folder) => twoOverPostgres(folder, CUSTOMERS));
});
