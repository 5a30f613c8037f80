/** How `leftfold/client` watches with servers that push differently, or not at all. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { jest } from '@jest/globals';
import { createClient, type Client, type WatchSettings } from '../../src/runtime/client/index.js';
import { until } from '../support/api.js';

const servers: Server[] = [];

const clientOf = (url: string, watch: WatchSettings): Client =>
  createClient({ url, retry: { minPauseMs: 1, maxPauseMs: 5 }, watch });

async function serve(
  listener: (
    asked: { readonly url: URL; readonly isStream: boolean; readonly lastId: unknown },
    response: ServerResponse,
  ) => void,
): Promise<string> {
  const server = createServer((request: IncomingMessage, response) => {
    const isStream = request.headers.accept?.includes('event-stream') === true;
    const url = new URL(request.url ?? '/', 'http://localhost');
    listener({ url, isStream, lastId: request.headers['last-event-id'] }, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const json = (response: ServerResponse, body: unknown, status = 200, head = '9'): void => {
  const headers = { 'content-type': 'application/json', 'leftfold-position': head };
  response.writeHead(status, headers).end(JSON.stringify(body));
};

const stream = (response: ServerResponse, ...messages: readonly string[]): void => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(['retry: 1', ...messages, ''].join('\n\n'));
};

const state = (value: number): string => `id: ${value}\ndata: {"value":${value}}`;
const event = (id: string, body: object): string => `id: ${id}\ndata: ${JSON.stringify(body)}`;
const problem = (type: string): object => ({ type: `urn:leftfold:problem:${type}`, detail: type });

async function firstOf<Value>(values: AsyncIterable<Value>, count: number): Promise<Value[]> {
  const first: Value[] = [];
  for await (const value of values) if (first.push(value) === count) break;
  return first;
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

describe('a state', () => {
  it('is polled where the server answers a stream with 406', async () => {
    let value = 0;
    const url = await serve(({ isStream }, response) => {
      json(response, { value: ++value }, isStream ? 406 : 200);
    });
    const states = clientOf(url, { pollMs: 1 }).projection('sum').watch();
    expect(await firstOf(states, 3)).toEqual([{ value: 2 }, { value: 3 }, { value: 4 }]);
  });

  it('is polled once streams that were pushed are held back, and pushed again later', async () => {
    let streams = 0;
    let polls = 0;
    const url = await serve(({ isStream }, response) => {
      if (!isStream) {
        polls += 1;
        json(response, { value: 2 });
        return;
      }
      streams += 1;
      if (streams === 1) {
        stream(response, state(1));
        response.end();
      } else if (streams > 4) stream(response, state(3)); // of those between, nothing arrives
    });
    const states = clientOf(url, { firstBytesMs: 20, pollMs: 5, retryPushMs: 50 }).projection('sum').watch();
    expect(await firstOf(states, 3)).toEqual([{ value: 1 }, { value: 2 }, { value: 3 }]);
    expect(streams).toBe(5);
    expect(polls).toBeGreaterThan(1);
  });

  it('is asked for anew after the log went back', async () => {
    const ids: unknown[] = [];
    const url = await serve(({ lastId }, response) => {
      ids.push(lastId);
      if (lastId !== undefined) json(response, problem('invalid-header'), 400);
      else {
        stream(response, state(ids.length === 1 ? 7 : 3));
        response.end();
      }
    });
    expect(await firstOf(clientOf(url, {}).projection('sum').watch(), 2)).toEqual([
      { value: 7 },
      { value: 3 },
    ]);
    expect(ids).toEqual([undefined, '7', undefined]);
  });

  it.each([true, false])('of an entity is null while it is removed, with push: %s', async (push) => {
    let asked = 0;
    const url = await serve(({ isStream }, response) => {
      asked += 1;
      if (asked === 2 || asked === 3) json(response, problem('entity-not-found'), 404);
      else if (isStream) {
        stream(response, state(asked));
        response.end();
      } else json(response, { value: asked });
    });
    const states = clientOf(url, { push, pollMs: 1 }).entities('orders').watchOne('a');
    expect(await firstOf(states, 3)).toEqual([{ value: 1 }, null, { value: 4 }]);
  });

  it('that is no longer iterated leaves no connection and no timer', async () => {
    let isClosed = false;
    const url = await serve((_asked, response) => {
      response.once('close', () => (isClosed = true));
      stream(response, state(1));
    });
    const setTimeouts = jest.spyOn(globalThis, 'setTimeout');
    const clearTimeouts = jest.spyOn(globalThis, 'clearTimeout');
    await firstOf(clientOf(url, { silenceMs: 54_321 }).projection('sum').watch(), 1);
    const started = setTimeouts.mock.results.filter(
      (_result, index) => setTimeouts.mock.calls[index]?.[1] === 54_321,
    );
    expect(started.length).toBeGreaterThan(0);
    const isEnded = (timer: unknown): boolean => clearTimeouts.mock.calls.some(([ended]) => ended === timer);
    await until(() => isClosed && started.every(({ value }) => isEnded(value)));
    jest.restoreAllMocks();
  });
});

describe('events', () => {
  it('are polled from the part on that is still to come', async () => {
    const parts = [1, 2, 3].map((part) => ({ position: 7, part }));
    let streams = 0;
    const url = await serve(({ url: { searchParams }, isStream }, response) => {
      if (!isStream) {
        const after = Number(searchParams.get('after'));
        json(response, { events: [...parts, { position: 8 }].filter(({ position }) => position > after) });
      } else if (++streams === 1) {
        stream(response, event('7.1', parts[0] ?? {}));
        response.end();
      } else response.writeHead(406).end();
    });
    expect(await firstOf(clientOf(url, { pollMs: 1 }).events(), 4)).toEqual([...parts, { position: 8 }]);
  });

  it('after now begin at the head, and miss nothing until push is given up', async () => {
    const url = await serve(({ url: { searchParams }, isStream, lastId }, response) => {
      if (isStream) {
        expect(lastId).toBe('9');
        return;
      }
      if (searchParams.get('limit') === '1') json(response, { events: [{ position: 1 }] });
      else json(response, { events: searchParams.get('after') === '9' ? [{ position: 10 }] : [] }, 200, '10');
    });
    const events = clientOf(url, { firstBytesMs: 20, pollMs: 1 }).events({ after: 'now' });
    expect(await firstOf(events, 1)).toEqual([{ position: 10 }]);
  });

  it('go on by push after they were polled, without gap or repeat', async () => {
    let streams = 0;
    const url = await serve(({ url: { searchParams }, isStream, lastId }, response) => {
      if (isStream && ++streams === 1) response.writeHead(406).end();
      else if (isStream)
        stream(response, event(String(Number(lastId) + 1), { position: Number(lastId) + 1 }));
      else
        json(response, {
          events: [1, 2]
            .map((position) => ({ position }))
            .filter(({ position }) => position > Number(searchParams.get('after'))),
        });
    });
    const events = clientOf(url, { pollMs: 1, retryPushMs: 20 }).events();
    expect((await firstOf(events, 3)).map(({ position }) => position)).toEqual([1, 2, 3]);
  });

  it.each([true, false])('end with a problem once the log has another past, with push: %s', async (push) => {
    let asked = 0;
    const url = await serve(({ isStream }, response) => {
      if (isStream)
        stream(response, event('7', { position: 7 }), 'event: end\ndata: {"reason":"log-went-back"}');
      else json(response, { events: ++asked === 1 ? [{ position: 7 }] : [] }, 200, asked === 1 ? '7' : '3');
    });
    await expect(firstOf(clientOf(url, { push, pollMs: 1 }).events(), 2)).rejects.toMatchObject({
      type: 'urn:leftfold:problem:log-went-back',
    });
  });
});
