/** Delivery to a subscriber that is not there. */
import { createServer } from 'node:net';
import { once } from 'node:events';
import { EventLog, START } from '../../../runtime/index.js';
import { MemoryStore } from '../../../runtime/stores/memory.store.js';
import { numberRecorded } from '../numbers.events.js';
import { MAX_UNREACHABLE_MS, deliver } from './delivery.js';

/** A port on which nothing listens. */
async function unusedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

async function logOf(count: number): Promise<EventLog> {
  const log = new EventLog(new MemoryStore());
  log.contracts.register([numberRecorded]);
  for (let value = 0; value < count; value += 1)
    await log.append([numberRecorded.create({ value: String(value) })]);
  return log;
}

/** Delivers while each look at the clock finds it so much later. */
async function delivery(count: number, stepMs: number): Promise<{ why: string; looks: number }> {
  const log = await logOf(count);
  const ending = new AbortController();
  let looks = 0;
  const elapsed = (): number => {
    looks += 1;
    if (looks === 2 * count) ending.abort(); // it looks twice for each number but the first
    return looks * stepMs;
  };
  const port = await unusedPort();
  const timer = setTimeout(() => {
    ending.abort();
  }, 2_000);
  const why = await deliver({ log, port, after: START, signal: ending.signal, elapsed });
  clearTimeout(timer);
  await log.close();
  return { why, looks };
}

describe('a subscriber that cannot be reached', () => {
  it('is given up after a day', async () => {
    expect(await delivery(5, MAX_UNREACHABLE_MS / 2)).toMatchObject({ why: 'unreachable' });
  });

  it('is tried again before', async () => {
    expect(await delivery(5, MAX_UNREACHABLE_MS / 100)).toMatchObject({ why: 'ended' });
  });
});
