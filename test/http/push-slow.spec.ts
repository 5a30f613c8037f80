/** Clients of event streams that read slowly, or not at all, cost a bounded number of bytes and nobody else any time. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { assign, setup } from 'xstate';
import { z } from 'zod';
import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { EventLog } from '../../src/runtime/event-log/event-log.js';
import type { RecordedOf } from '../../src/runtime/event-log/contracts/event-contract.js';
import { MAX_STALL_MS } from '../../src/runtime/http/push/push-connection.js';
import { PushStreams } from '../../src/runtime/http/push/push-streams.js';
import { threadTurns } from '../../src/runtime/http/kernel/thread-turns.js';
import { LeftfoldModule } from '../../src/runtime/leftfold.module.js';
import { defineEvent, defineProjection } from '../../src/runtime/index.js';
import { MemoryStore } from '../../src/runtime/stores/memory.store.js';
import { until } from '../support/api.js';
import { startDocumented } from '../support/documented-requests.js';
import { later } from '../support/later.js';
import { StreamClient } from '../support/event-stream.js';

const pageWritten = defineEvent({
  type: 'page.written',
  open: true,
  schema: z.strictObject({ letter: z.string() }),
});

const PAGE_BYTES = 200_000;

/** Its view is large. */
const page = defineProjection({
  name: 'page',
  machine: setup({
    types: {
      context: {} as { readonly letter: string; readonly written: number },
      events: {} as RecordedOf<typeof pageWritten>,
    },
  }).createMachine({
    id: 'page',
    context: { letter: '', written: 0 },
    on: {
      'page.written': {
        actions: assign({
          letter: ({ event }) => event.data.letter,
          written: ({ context }) => context.written + 1,
        }),
      },
    },
  }),
  consumes: [pageWritten],
  view: ({ context: { letter, written } }) => ({ written, text: letter.slice(0, 1).repeat(PAGE_BYTES) }),
});

@Module({
  imports: [LeftfoldModule.forFeature({ contracts: [pageWritten], projections: [page], http: true })],
})
class PageModule {}

const CHANGES = 200;

let app: NestFastifyApplication;
let url: string;
let log: EventLog;
let streams: PushStreams;

beforeEach(async () => {
  const started = await startDocumented(new MemoryStore(), [PageModule]);
  ({ app, log } = started);
  ({ url } = started.api);
  streams = app.get(PushStreams);
});

afterEach(() => app.close());

/** Each in a commit of its own, seen by a client that reads. */
async function change(times: number): Promise<void> {
  const reader = await StreamClient.open(`${url}/page`);
  for (let count = 0; count < times; count += 1) {
    const { last } = await log.append([pageWritten.create({ letter: 'x' })]);
    await until(() => reader.lastEventId === String(last));
  }
  reader.close();
}

/** A client that reads nothing. */
async function unread(path: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n`);
  await once(socket, 'readable');
  return socket;
}

describe('a client that does not read', () => {
  it('gets the newest state alone once it reads, and holds no more than one while it does not', async () => {
    const before = threadTurns.heldBytes;
    const client = await StreamClient.open(`${url}/page`, { reads: false });
    await change(CHANGES);
    expect(threadTurns.heldBytes - before).toBeLessThan(2 * PAGE_BYTES);
    expect(threadTurns.heldBytes).toBeGreaterThan(before);
    client.read();
    const head = String(await log.head());
    await until(() => client.lastEventId === head);
    expect(client.events.length).toBeLessThan(CHANGES / 2);
    client.close();
    await until(() => threadTurns.heldBytes === before);
  }, 30_000);

  it.each(['/page', '/events?after=0'])(
    'is ended after a minute: %s',
    async (path) => {
      for (let count = 0; count < 40; count += 1)
        await log.append(
          Array.from({ length: 10 }, () => pageWritten.create({ letter: 'x'.repeat(50_000) })),
        );
      const before = threadTurns.heldBytes;
      const socket = await unread(path);
      // Until the buffers of the system are full.
      do {
        await change(10);
        await until(() => streams.count === 1);
      } while (threadTurns.heldBytes === before);
      streams.check();
      later(MAX_STALL_MS, () => {
        streams.check();
      });
      await until(() => streams.count === 0);
      expect(threadTurns.heldBytes).toBe(before);
      socket.destroy();
    },
    30_000,
  );
});
