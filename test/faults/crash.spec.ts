import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { LmdbReader } from '../../src/runtime/stores/lmdb/lmdb.reader.js';
import { Connection, type LoadRequest } from '../support/entries-load.js';
import { referenceOf } from '../support/entries-reference.js';
import { Random } from '../support/random.js';
import { Server, TemporaryFolder } from '../support/server.js';

/** How often it is killed; on a machine with time to spare, more often. */
const CRASHES = Number(process.env['LEFTFOLD_TEST_CRASHES'] ?? '25');
const SEED = Number(process.env['LEFTFOLD_TEST_SEED'] ?? String(Date.now() % 1_000_000));
const CONNECTIONS = 16;

interface StoredEvent {
  readonly position: number;
  readonly type: string;
  readonly data: { readonly value: string; readonly entry?: number };
  readonly commit: string;
  readonly metadata: { readonly correlationId: string };
}

/** What came of the requests, after a restart. */
interface Found {
  readonly events: readonly StoredEvent[];
  readonly byRequest: ReadonlyMap<string, readonly StoredEvent[]>;
  readonly asked: readonly LoadRequest[];
}

async function read(server: Server, asked: readonly LoadRequest[]): Promise<Found> {
  const response = await server.fetch('/events', { headers: { accept: 'application/x-ndjson' } });
  const lines = (await response.text()).split('\n').filter((line) => line !== '');
  const events = lines.map((line) => JSON.parse(line) as StoredEvent);
  const byRequest = new Map<string, StoredEvent[]>();
  for (const event of events) {
    const { correlationId } = event.metadata;
    const siblings = byRequest.get(correlationId);
    if (siblings === undefined) byRequest.set(correlationId, [event]);
    else siblings.push(event);
  }
  return { events, byRequest, asked };
}

const expectedAt = ({ values, retracts }: LoadRequest, at: number): readonly unknown[] =>
  retracts === undefined
    ? values.map((value, index) => ({ position: at + index, type: 'entry.recorded', value }))
    : [{ position: at, type: 'entry.retracted', entry: retracts }];

const foundOf = (events: readonly StoredEvent[] = []): readonly unknown[] =>
  events.map(({ position, type, data }) =>
    type === 'entry.recorded' ? { position, type, value: data.value } : { position, type, entry: data.entry },
  );

const differs = (one: unknown, other: unknown): boolean => JSON.stringify(one) !== JSON.stringify(other);

/** Requests whose acknowledged events are not there, once, where they were acknowledged. */
function unfulfilledAcknowledgements({ asked, byRequest }: Found): readonly unknown[] {
  return asked.flatMap((request) => {
    if (request.at === undefined) return [];
    const expected = expectedAt(request, request.at);
    const found = foundOf(byRequest.get(request.id));
    return differs(expected, found) ? [{ expected, found }] : [];
  });
}

/** Requests without an answer of which something was recorded, but not all of it, in one piece. */
function halfCommits({ asked, byRequest }: Found): readonly unknown[] {
  return asked.flatMap((request) => {
    const events = byRequest.get(request.id);
    const first = events?.[0];
    if (request.at !== undefined || first === undefined) return [];
    const found = foundOf(events);
    const isOneCommit = events?.every((event) => event.commit === first.commit) === true;
    return !isOneCommit || differs(expectedAt(request, first.position), found) ? [{ request, found }] : [];
  });
}

async function statesOf(server: Server, head: number): Promise<unknown> {
  const prefer = { headers: { prefer: 'wait=30' } };
  const balance = (await server.json(`/balance?after=${head}`, prefer)) as { value: string; count: number };
  const factor = await server.fetch(`/factor/value?after=${head}`, prefer);
  return { balance: balance.value, count: balance.count, factor: await factor.text() };
}

describe(`a server that is killed in the middle of its work (LEFTFOLD_TEST_SEED=${SEED})`, () => {
  const folder = new TemporaryFolder();
  const random = new Random(SEED);
  const connections = Array.from(
    { length: CONNECTIONS },
    (_, index) => new Connection(index + 1, new Random(SEED + index + 1)),
  );
  const environment = { LEFTFOLD_DATA: folder.path, LEFTFOLD_SNAPSHOT_EVERY: '50' };
  let server: Server;
  let found: Found;

  const restart = async (): Promise<void> => {
    server = await Server.start(environment);
    await server.ready();
  };

  beforeAll(restart, 30_000);

  afterAll(async () => {
    await server.kill();
    folder.remove();
  });

  describe.each(Array.from({ length: CRASHES }, (_, index) => index + 1))('for the %ith time', () => {
    beforeAll(async () => {
      const loads = connections.map((connection) => connection.load(server));
      await Promise.all([pause(random.integer(20, 300)).then(() => server.kill()), ...loads]);
      await restart();
      found = await read(
        server,
        connections.flatMap((connection) => connection.asked),
      );
    }, 60_000);

    it('has everything that was ever acknowledged, once, at its position', () => {
      expect(unfulfilledAcknowledgements(found)).toEqual([]);
    });

    it('has no half of a commit', () => {
      expect(halfCommits(found)).toEqual([]);
    });

    it('has nothing that nobody asked for', () => {
      const asked = new Set(found.asked.map(({ id }) => id));
      expect([...found.byRequest.keys()].filter((id) => !asked.has(id))).toEqual([]);
    });

    it('has positions from 1 on without a gap', () => {
      expect(found.events.filter(({ position }, index) => position !== index + 1)).toEqual([]);
    });

    it('has a chain of hashes from the first commit to the last', async () => {
      const log = LmdbReader.open(join(folder.path, 'log'));
      let through = 0;
      for await (const commits of log.commits()) through = commits.at(-1)?.last ?? through;
      await log.close();
      expect(through).toBe(found.events.length);
    });

    it('has the states that a full fold of its log gives', async () => {
      const { balance, factor, count } = referenceOf(found.events);
      expect(await statesOf(server, found.events.length)).toEqual({
        balance: String(balance),
        count,
        factor: String(factor),
      });
    });
  });

  it('was under load each time', () => {
    const acknowledged = connections.flatMap(({ asked }) => asked.filter(({ at }) => at !== undefined));
    expect(acknowledged.length).toBeGreaterThan(CRASHES);
  });

  it.each(['balance', 'factor'])('had cut snapshots of the %s', (projection) => {
    const files = readdirSync(join(folder.path, 'projections', projection));
    expect(files.filter((name) => name.endsWith('.snapshot'))).not.toEqual([]);
  });
});
