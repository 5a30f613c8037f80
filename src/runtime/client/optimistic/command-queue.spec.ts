/** How often a command is sent, and what ends that. */
import { jest } from '@jest/globals';
import type { CommandAnswer } from '../commands.js';
import { ProblemError } from '../problem-error.js';
import { CommandQueue } from './command-queue.js';

const ANSWER: CommandAnswer = { position: 7, location: undefined, body: {} };

/** Answers with these statuses, the last one for ever. */
function serverOf(...statuses: readonly number[]): { send: () => Promise<CommandAnswer>; sent: number } {
  const server = {
    sent: 0,
    send: () => {
      const status = statuses[Math.min(server.sent, statuses.length - 1)] ?? 201;
      server.sent += 1;
      return status === 201 ? Promise.resolve(ANSWER) : Promise.reject(new ProblemError(status, {}));
    },
  };
  return server;
}

describe('a command', () => {
  let queue: CommandQueue;

  beforeEach(() => {
    jest.useFakeTimers();
    queue = new CommandQueue(() => undefined);
  });

  afterEach(() => jest.useRealTimers());

  const submitted = (send: () => Promise<CommandAnswer>): Promise<unknown> =>
    queue.submit({ events: [{ type: 'a', data: {} }], send }).catch((error: unknown) => error);

  it.each([500, 501, 507])('is sent three times to a server that answers %d', async (status) => {
    const server = serverOf(status);
    const failed = submitted(server.send);
    await jest.advanceTimersByTimeAsync(10_000);
    expect(await failed).toMatchObject({ status });
    expect(server.sent).toBe(3);
    expect(queue.pending).toEqual([]);
  });

  it.each([429, 502, 503, 504])('waits for a server that answers %d', async (status) => {
    const server = serverOf(status, status, status, status, status, 201);
    const answered = submitted(server.send);
    await jest.advanceTimersByTimeAsync(10_000);
    expect(await answered).toBe(ANSWER);
    expect(server.sent).toBe(6);
  });

  it('that has failed has been recorded if its event comes by', async () => {
    const failed = queue.submit({
      events: [{ type: 'a', data: {} }],
      send: ({ idempotencyKey }) => {
        queue.arrive(idempotencyKey, { position: 5, type: 'a' });
        return Promise.reject(new ProblemError(500, {}));
      },
    });
    await jest.advanceTimersByTimeAsync(10_000);
    expect(await failed).toMatchObject({ position: 5 });
  });
});
