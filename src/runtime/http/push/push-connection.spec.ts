import { LogWentBack } from '../../event-log/errors.js';
import { position } from '../../event-log/event.js';
import { ThreadTurns } from '../kernel/thread-turns.js';
import { Problem } from '../kernel/problem.js';
import { HEARTBEAT_INTERVAL_MS, MAX_STALL_MS, PushConnection, type PushChannel } from './push-connection.js';
import type { PushMessage, PushSource } from './push-source.js';

/** A client that takes what it is told to take. */
class Client implements PushChannel {
  readonly got: string[] = [];
  heartbeats = 0;
  taken = 0;
  waitingBytes = 0;
  ended: string | undefined;
  isDestroyed = false;
  isReading = true;
  #resume: (() => void) | undefined;
  #onClose: () => void = () => undefined;

  send(messages: readonly PushMessage[]): Promise<void> | undefined {
    this.got.push(...messages.map(({ id }) => id));
    if (this.isReading) return undefined;
    this.waitingBytes = 1000;
    return new Promise((resolve) => {
      this.#resume = resolve;
    });
  }

  take(): void {
    this.taken += 1;
    this.waitingBytes = 0;
    this.#resume?.();
  }

  heartbeat(): void {
    this.heartbeats += 1;
  }

  end(reason: string): void {
    this.ended = reason;
  }

  destroy(): void {
    this.isDestroyed = true;
    this.close();
  }

  onClose(callback: () => void): void {
    this.#onClose = callback;
  }

  close(): void {
    this.#onClose();
    this.#resume?.();
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Numbers without an end, and how many were asked for. */
function numbers(): {
  readonly source: PushSource;
  readonly asked: () => number;
  readonly isOver: () => boolean;
} {
  let [asked, isOver] = [0, false];
  return {
    asked: () => asked,
    isOver: () => isOver,
    source: async function* source() {
      try {
        for (;;) {
          asked += 1;
          if (asked % 10 === 0) await settled();
          yield [{ id: String(asked), data: '1' }];
        }
      } finally {
        isOver = true;
      }
    },
  };
}

/** Gives one message, and waits. */
const idle: PushSource = async function* source(signal) {
  yield [{ id: '1', data: '1' }];
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => {
      resolve();
    });
  });
};

describe('a connection', () => {
  let now = 0;
  let client: Client;
  let turns: ThreadTurns;
  let connection: PushConnection;

  beforeEach(() => {
    now = 0;
    client = new Client();
    turns = new ThreadTurns();
    connection = new PushConnection(client, () => now, turns);
  });

  it('asks its source for more only once the client has taken what it gave', async () => {
    client.isReading = false;
    const { source, asked } = numbers();
    const running = connection.run(source);
    await settled();
    expect(asked()).toBe(1);
    expect(turns.heldBytes).toBe(1000);
    client.take();
    await settled();
    expect(asked()).toBe(2);
    client.close();
    await running;
  });

  it('ends its source, and holds nothing any more, when the client is gone', async () => {
    client.isReading = false;
    const { source, isOver } = numbers();
    const running = connection.run(source);
    await settled();
    client.close();
    await running;
    expect([isOver(), turns.heldBytes, client.ended]).toEqual([true, 0, undefined]);
  });

  it('sends a heartbeat when nothing else was sent for long', async () => {
    const running = connection.run(idle);
    await settled();
    now = HEARTBEAT_INTERVAL_MS - 1;
    connection.check();
    expect(client.heartbeats).toBe(0);
    now = HEARTBEAT_INTERVAL_MS;
    connection.check();
    connection.check();
    expect(client.heartbeats).toBe(1);
    connection.end('server-stopping');
    await running;
  });

  it('ends a client that has read nothing for a minute while something waits', async () => {
    client.isReading = false;
    const running = connection.run(numbers().source);
    await settled();
    now = MAX_STALL_MS - 1;
    connection.check();
    expect(client.ended).toBeUndefined();
    now = MAX_STALL_MS;
    connection.check();
    await running;
    expect([client.ended, client.isDestroyed, turns.heldBytes]).toEqual(['not-reading', true, 0]);
  });

  it('does not end a client that reads slowly', async () => {
    client.isReading = false;
    const running = connection.run(numbers().source);
    await settled();
    now = MAX_STALL_MS - 1;
    client.taken += 1; // a slice of a long message
    connection.check();
    now = 2 * MAX_STALL_MS - 2;
    connection.check();
    expect(client.ended).toBeUndefined();
    now = 2 * MAX_STALL_MS;
    connection.check();
    await running;
    expect(client.ended).toBe('not-reading');
  });

  it('does not end a client for which nothing waits', async () => {
    const running = connection.run(idle);
    await settled();
    for (now = 0; now < 10 * MAX_STALL_MS; now += 5_000) connection.check();
    expect(client.ended).toBeUndefined();
    client.close();
    await running;
  });

  it.each([
    ['log-went-back', new LogWentBack(position(9), position(7))],
    ['failed', new Problem('damaged', 'x', 'x', 'x')],
  ] as const)('tells the client why its source has failed: %s', async (reason, error) => {
    await connection.run(async function* source() {
      yield [{ id: '1', data: '1' }];
      await Promise.reject<undefined>(error);
    });
    expect([client.got, client.ended]).toEqual([['1'], reason]);
  });

  it('ends when told, whatever its source waits for', async () => {
    const running = connection.run(idle);
    await settled();
    connection.end('no-longer-allowed');
    await running;
    expect(client.ended).toBe('no-longer-allowed');
  });
});
