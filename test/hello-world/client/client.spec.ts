/** `leftfold/client` with the hello world over HTTP. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { jest } from '@jest/globals';
import { from, firstValueFrom, take, toArray } from 'rxjs';
import { startMonolith } from '../../../src/apps/monolith/start-monolith.js';
import { PARTS } from '../../../src/apps/monolith/monolith.module.js';
import { readSettings } from '../../../src/apps/settings.js';
import { HelloWorldModule } from '../../../src/contexts/hello-world.module.js';
import type { numberDecider } from '../../../src/contexts/numbers/number.decider.js';
import type { numberRecorded, numberRetracted } from '../../../src/contexts/numbers/numbers.events.js';
import type { sum } from '../../../src/contexts/sum/sum.projection.js';
import {
  createClient,
  isProblem,
  type Client,
  type ClientOptions,
} from '../../../src/runtime/client/index.js';
import { EventLog } from '../../../src/runtime/event-log/event-log.js';
import { SILENT } from '../../support/documented-requests.js';

interface HelloWorld {
  readonly deciders: { readonly numbers: typeof numberDecider };
  readonly projections: { readonly sum: typeof sum };
  readonly events: typeof numberRecorded | typeof numberRetracted;
}

const ROUTES = { numbers: { retract: 'retraction' } };
const FAST = { minPauseMs: 5, maxPauseMs: 20 };

let app: NestFastifyApplication;
let url: string;
let log: EventLog;
let client: Client<HelloWorld>;
const servers: Server[] = [];

const clientOf = (at: string, more: Partial<ClientOptions> = {}): Client<HelloWorld> =>
  createClient<HelloWorld>({ url: at, routes: ROUTES, retry: FAST, ...more });

/** A server of the test's own. */
const serve = async (listener: RequestListener, port = 0): Promise<string> => {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

async function firstOf<Value>(values: AsyncIterable<Value>): Promise<Value | undefined> {
  for await (const value of values) return value;
  return undefined;
}

function withResolvers<Value>(): { promise: Promise<Value>; resolve: (value: Value) => void } {
  let resolve: (value: Value) => void = () => undefined;
  const promise = new Promise<Value>((resolved) => {
    resolve = resolved;
  });
  return { promise, resolve };
}

beforeEach(async () => {
  const settings = readSettings({ LEFTFOLD_STORE: 'memory', PORT: '0' });
  const running = await startMonolith(settings, SILENT, '0.0.0', { ...PARTS, contexts: [HelloWorldModule] });
  ({ app, url } = running);
  log = app.get(EventLog);
  client = clientOf(url);
});

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  await app.close();
});

describe('a command', () => {
  it('creates a subject, and answers where it is', async () => {
    const answer = await client.decider('numbers').create({ value: '5' });
    expect(answer).toEqual({ position: 1, location: '/numbers/1', body: { position: 1, value: '5' } });
    const { commands, ...number } = await client.decider('numbers').get(1);
    expect(number).toMatchObject({ value: '5', state: 'recorded' });
    expect(Object.keys(commands)).toEqual(['retract']);
  });

  it('takes arrays, as one commit', async () => {
    const { body } = await client.decider('numbers').create([{ value: '5' }, { value: '6' }]);
    expect(body).toEqual({ first: 1, last: 2 });
  });

  it('that is refused throws a problem, once', async () => {
    const numbers = client.decider('numbers');
    await numbers.create({ value: '5' });
    await numbers.execute(1, 'retract', { reason: 'a slip' });
    const again = await numbers.execute(1, 'retract', { reason: 'again' }).catch((error: unknown) => error);
    expect(isProblem(again, 'number-already-retracted') && again.status).toBe(409);
    const wrong = await numbers.create({ value: 'x' }).catch((error: unknown) => error);
    expect(isProblem(wrong, 'invalid-body') && wrong.faults[0]?.pointer).toBe('#/value');
  });

  it('is carried out once where the answers are lost', async () => {
    let requests = 0;
    const proxy: typeof fetch = async (...request) => {
      requests += 1;
      const response = await fetch(...request);
      if (requests < 3) throw new TypeError('fetch failed');
      return response;
    };
    const { position } = await clientOf(url, { fetch: proxy }).decider('numbers').create({ value: '5' });
    expect([position, requests, await log.head()]).toEqual([1, 3, 1]);
  });

  it('waits as long as a 503 says, and is sent with its key again', async () => {
    const asked: { readonly key: unknown; readonly at: number }[] = [];
    const at = await serve((request, response) => {
      asked.push({ key: request.headers['idempotency-key'], at: performance.now() });
      if (asked.length === 1) response.writeHead(503, { 'retry-after': '1' }).end();
      else
        response.writeHead(201, { 'leftfold-position': '7', 'content-type': 'application/json' }).end('{}');
    });
    const { position } = await clientOf(at).decider('numbers').create({ value: '5' });
    const [first, second] = asked;
    expect(position).toBe(7);
    expect(first?.key).toBe(second?.key);
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(990);
  });

  it('is given up after the last attempt', async () => {
    let requests = 0;
    const at = await serve((_request, response) => {
      requests += 1;
      response.writeHead(503).end();
    });
    const given = clientOf(at, { retry: { ...FAST, attempts: 3 } })
      .decider('numbers')
      .create({ value: '5' });
    await expect(given).rejects.toMatchObject({ status: 503 });
    expect(requests).toBe(3);
  });

  it('ends with its signal, also while it waits to be sent again', async () => {
    const at = await serve((_request, response) => response.writeHead(503, { 'retry-after': '30' }).end());
    const given = clientOf(at)
      .decider('numbers')
      .create({ value: '5' }, { signal: AbortSignal.timeout(50) });
    await expect(given).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('has a UUID as its key, also where crypto.randomUUID is missing', async () => {
    const keys: unknown[] = [];
    const at = await serve((request, response) => {
      keys.push(request.headers['idempotency-key']);
      response.writeHead(201, { 'leftfold-position': '1' }).end();
    });
    Object.defineProperty(crypto, 'randomUUID', { value: undefined, configurable: true });
    try {
      for (let count = 0; count < 2; count++) await clientOf(at).decider('numbers').create({ value: '5' });
    } finally {
      Reflect.deleteProperty(crypto, 'randomUUID'); // that of its prototype is back
    }
    const uuid = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
    for (const key of keys) expect(key).toMatch(uuid);
    expect(new Set(keys).size).toBe(2);
  });

  it('has the credentials, which a function gives anew', async () => {
    const seen: unknown[] = [];
    const at = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(201, { 'leftfold-position': '1' }).end();
    });
    let count = 0;
    const own = clientOf(at, { credentials: () => `token-${++count}` });
    await own.decider('numbers').create({ value: '5' });
    await own.decider('numbers').create({ value: '5' });
    expect(seen).toEqual(['Bearer token-1', 'Bearer token-2']);
  });
});

describe('a query', () => {
  it('sees what its client has recorded', async () => {
    for (let count = 1; count <= 20; count++) {
      const { position } = await client.decider('numbers').create({ value: '2' });
      expect(await client.projection('sum').get()).toMatchObject({ value: String(count * 2), position });
    }
  });

  it('tells the past, and what would be', async () => {
    await client.decider('numbers').create([{ value: '5' }, { value: '6' }]);
    const sumOf = client.projection('sum');
    expect((await sumOf.get({ after: 2 })).value).toBe('11');
    expect((await sumOf.get({ at: 1 })).value).toBe('5');
    expect((await sumOf.whatIf({ without: [1] })).wouldBe?.value).toBe('6');
    const points = [];
    for await (const point of sumOf.history()) points.push(point.position);
    expect(points).toEqual([0, 1, 2]);
  });

  it('that is repeated is answered from what is known, with 304', async () => {
    const statuses: number[] = [];
    const own = clientOf(url, {
      fetch: async (...request) => {
        const response = await fetch(...request);
        statuses.push(response.status);
        return response;
      },
    });
    const first = await own.projection('sum').get();
    expect(await own.projection('sum').get()).toEqual(first);
    expect(statuses).toEqual([200, 304]);
  });
});

describe('a wait for what was recorded', () => {
  const notYet = { type: 'urn:leftfold:problem:not-yet', detail: 'not yet' };

  it('is over when the time of who asks is over, however often the server says not-yet', async () => {
    const waits: unknown[] = [];
    const at = await serve((request, response) => {
      waits.push(request.headers['prefer']);
      response
        .writeHead(503, { 'content-type': 'application/problem+json', 'retry-after': '1' })
        .end(JSON.stringify(notYet));
    });
    const given = (wait: number): Promise<unknown> => clientOf(at).projection('sum').get({ after: 7, wait });
    await expect(given(0)).rejects.toMatchObject(notYet);
    expect(waits).toEqual(['wait=0']);
    // One that has stopped answers at once, and may be resumed.
    await expect(given(1.5)).rejects.toMatchObject(notYet);
    expect(waits).toEqual(['wait=0', 'wait=1', 'wait=0']);
  });

  it('ends with a problem once when the log was restored without it, and what there is can be asked for', async () => {
    let isFirst = true;
    const own = clientOf(url, {
      fetch: async (request, init) => {
        const answer = await fetch(request, init);
        if (init?.method !== 'POST' || !isFirst) return answer;
        isFirst = false; // as a server that has since lost what followed
        return new Response(null, { status: 201, headers: { 'leftfold-position': '100' } });
      },
    });
    const sumOf = own.projection('sum');
    await own.decider('numbers').create({ value: '5' });
    const lost = await sumOf.get({ wait: 0 }).catch((error: unknown) => error);
    expect(isProblem(lost, 'log-went-back') && lost.detail).toMatch(/position 100, and the log ends at 1:/);
    expect(await sumOf.get({ wait: 0 })).toMatchObject({ value: '5', position: 1 });
    const { position } = await own.decider('numbers').create({ value: '6' });
    expect(await sumOf.get()).toMatchObject({ value: '11', position });
  });
});

describe('credentials of a function', () => {
  it('that throws end what was asked with its error, and are not asked for again', async () => {
    let asked = 0;
    const failing = (watch: ClientOptions['watch'] = {}): Client<HelloWorld> =>
      clientOf(url, {
        watch,
        credentials: () => {
          asked += 1;
          return Promise.reject(new Error('logged out'));
        },
      });
    const ended = { name: 'CredentialsFailed', message: expect.stringContaining('logged out') as unknown };
    await expect(failing().projection('sum').get()).rejects.toMatchObject(ended);
    await expect(failing().decider('numbers').create({ value: '5' })).rejects.toMatchObject(ended);
    for (const push of [true, false]) {
      const watching = failing({ push });
      await expect(firstOf(watching.projection('sum').watch())).rejects.toMatchObject(ended);
      await expect(firstOf(watching.events())).rejects.toMatchObject(ended);
    }
    expect(asked).toBe(6);
  });

  it('that take too long are given up with the attempt, and are told so', async () => {
    const signals: AbortSignal[] = [];
    const own = clientOf(url, {
      timeoutMs: 20,
      credentials: ({ signal }) => {
        signals.push(signal);
        return new Promise(() => undefined);
      },
    });
    await expect(own.projection('sum').get()).rejects.toMatchObject({ name: 'CredentialsFailed' });
    await expect(firstOf(own.projection('sum').watch())).rejects.toMatchObject({ name: 'CredentialsFailed' });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    const stopped = own.projection('sum').get({ signal: AbortSignal.abort(new Error('enough')) });
    await expect(stopped).rejects.toThrow('enough');
  });
});

describe('what is kept of answers for their ETag', () => {
  /** Answers with so many characters, and counts what is asked without an ETag. */
  const serveTexts = async (length: number): Promise<{ readonly at: string; readonly full: string[] }> => {
    const full: string[] = [];
    const at = await serve((request, response) => {
      if (request.headers['if-none-match'] !== undefined) return response.writeHead(304).end();
      full.push(request.url ?? '');
      const headers = { 'content-type': 'application/json', etag: '"a"' };
      return response.writeHead(200, headers).end(JSON.stringify({ value: 'a'.repeat(length) }));
    });
    return { at, full };
  };

  it('is bounded: the oldest is asked for in full again', async () => {
    const { at, full } = await serveTexts(1_500_000);
    const sumOf = clientOf(at).projection('sum');
    for (const position of [1, 2, 3, 3, 2, 1]) await sumOf.get({ at: position });
    expect(full).toEqual(['/sum?at=1', '/sum?at=2', '/sum?at=3', '/sum?at=1']);
  });

  it('is not shown to another principal', async () => {
    const etags: unknown[] = [];
    const at = await serve((request, response) => {
      etags.push(request.headers['if-none-match']);
      if (request.headers['if-none-match'] !== undefined) response.writeHead(304).end();
      else {
        const headers = { 'content-type': 'application/json', etag: '"a"' };
        response.writeHead(200, headers).end(JSON.stringify({ of: request.headers.authorization }));
      }
    });
    let token: string | undefined = 'ann';
    const sumOf = clientOf(at, { credentials: () => token }).projection('sum');
    const seen: unknown[] = [await sumOf.get(), await sumOf.get()];
    for (token of ['bob', undefined]) seen.push(await sumOf.get());
    expect(seen).toEqual([{ of: 'Bearer ann' }, { of: 'Bearer ann' }, { of: 'Bearer bob' }, {}]);
    expect(etags).toEqual([undefined, '"a"', undefined, undefined]);
  });

  it('cannot be changed by who has asked', async () => {
    const { at } = await serveTexts(3);
    const sumOf = clientOf(at).projection('sum');
    Object.assign(await sumOf.get(), { value: 'b' });
    expect((await sumOf.get()).value).toBe('aaa');
  });
});

describe.each([{ push: true }, { push: false, pollMs: 20 }])('what is watched, %j', (watch) => {
  it('gives the state, and each that follows', async () => {
    const values: string[] = [];
    const own = clientOf(url, { watch });
    for await (const { value } of own.projection('sum').watch()) {
      values.push(value);
      if (values.length === 3) break;
      await own.decider('numbers').create({ value: '5' });
    }
    expect(values).toEqual(['0', '5', '10']);
  });

  it('gives each event once, those before and those after', async () => {
    const own = clientOf(url, { watch });
    await own.decider('numbers').create([{ value: '1' }, { value: '2' }]);
    const all = firstValueFrom(from(own.events()).pipe(take(4), toArray()));
    await own.decider('numbers').create({ value: '3' });
    await own.decider('numbers').execute(1, 'retract', { reason: 'a slip' });
    expect((await all).map(({ position, type }) => [position, type])).toEqual([
      [1, 'number.recorded'],
      [2, 'number.recorded'],
      [3, 'number.recorded'],
      [4, 'number.retracted'],
    ]);
  });
});

describe('a watch', () => {
  it('resumes where it was, without gap or repeat, after its connection was cut', async () => {
    let connections = 0;
    const asked: unknown[] = [];
    const at = await serve((request, response) => {
      connections += 1;
      const last = Number(request.headers['last-event-id'] ?? 0);
      asked.push(request.headers['last-event-id']);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const event = (position: number): string => `id: ${position}\ndata: {"position":${position}}\n\n`;
      response.write(`retry: 1\n\n:\n\n${event(last + 1)}${event(last + 2)}id: ${last + 3}\ndata: {"posi`);
      setTimeout(() => (connections % 2 === 0 ? response.end() : response.destroy()), 5);
    });
    const positions: number[] = [];
    for await (const { position } of clientOf(at).events()) {
      positions.push(position);
      if (positions.length === 6) break;
    }
    expect(positions).toEqual([1, 2, 3, 4, 5, 6]);
    expect(asked.slice(0, 3)).toEqual(['0', '2', '4']);
  });

  it('polls where a proxy holds the stream back', async () => {
    const at = await serve((request, response) => {
      if (request.headers.accept?.includes('event-stream') === true) return;
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"value":"5","position":1}');
    });
    const own = clientOf(at, { watch: { firstBytesMs: 50, pollMs: 10 } });
    for await (const { value } of own.projection('sum').watch()) {
      expect(value).toBe('5');
      break;
    }
  });

  it('that is unsubscribed calls no more, and closes its connection', async () => {
    const closed = withResolvers<undefined>();
    const at = await serve((request, response) => {
      request.socket.once('close', () => {
        closed.resolve(undefined);
      });
      response
        .writeHead(200, { 'content-type': 'text/event-stream' })
        .write('id: 1\ndata: {"value":"5"}\n\n');
    });
    const seen = withResolvers<string>();
    const subscription = clientOf(at)
      .projection('sum')
      .watch()
      .subscribe(({ value }) => {
        seen.resolve(value);
      });
    expect(await seen.promise).toBe('5');
    subscription.unsubscribe();
    await closed.promise;
  });

  it('that is refused throws the problem', async () => {
    const at = await serve((_request, response) => response.writeHead(403).end());
    await expect(clientOf(at).projection('sum').watch()[Symbol.asyncIterator]().next()).rejects.toMatchObject(
      {
        status: 403,
      },
    );
  });
});

it('does not hold the close of its server by a connection that `fetch` has opened beforehand', async () => {
  const server = app.getHttpServer();
  const cut = jest.spyOn(server, 'closeAllConnections');
  const socket = connect(Number(new URL(url).port), '127.0.0.1').resume();
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  await app.close();
  expect(cut).not.toHaveBeenCalled();
});

describe('what is no answer of the server', () => {
  it('is not taken for one: a page, or a redirect', async () => {
    const page = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
    });
    await expect(clientOf(page).decider('numbers').create({ value: '5' })).rejects.toThrow('text/html');
    await expect(clientOf(page).projection('sum').get()).rejects.toThrow('is the URL right?');
    const requests: string[] = [];
    const elsewhere = await serve((request, response) => {
      requests.push(request.method ?? '');
      response.writeHead(302, { location: `${url}/numbers` }).end();
    });
    await expect(clientOf(elsewhere).decider('numbers').create({ value: '5' })).rejects.toThrow();
    expect(new Set(requests)).toEqual(new Set(['POST']));
  });

  it('that has no position does not say that a command was carried out', async () => {
    const other = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
    await expect(clientOf(other).decider('numbers').create({ value: '5' })).rejects.toThrow('not known');
  });
});

it('refuses dots as the id of a subject, before anything is sent', async () => {
  await expect(
    Promise.resolve().then(() => client.decider('numbers').execute('..', 'retract', { reason: 'x' })),
  ).rejects.toThrow('".." cannot be a part of a path');
});

it('serializes an input once, and refuses one that it cannot', async () => {
  await expect(client.decider('numbers').create({ value: 1n as unknown as string })).rejects.toThrow(
    'BigInt',
  );
});

it('has its types from the deciders, projections and contracts', () => {
  const typed = (own: Client<HelloWorld>): void => {
    // @ts-expect-error -- a number has no such command
    void own.decider('numbers').execute(1, 'close', {});
    // @ts-expect-error -- a reason is a text
    void own.decider('numbers').execute(1, 'retract', { reason: 5 });
    // @ts-expect-error -- what is recorded is a value
    void own.decider('numbers').create<'record'>({ reason: 'a slip' });
    // @ts-expect-error -- no such projection
    own.projection('total');
    const value: Promise<string> = own
      .projection('sum')
      .get()
      .then((state) => state.value);
    void own
      .projection('sum')
      .get()
      // @ts-expect-error -- no member of the view
      .then((state): unknown => state.total);
    void value;
    own.events().subscribe((event) => {
      if (event.type === 'number.retracted') event.data.reason.toUpperCase();
      // @ts-expect-error -- no member of both
      expect(event.data.other).toBeUndefined();
    });
  };
  const untyped = (any: Client): void => {
    void any.decider('accounts').create({ id: 'a' });
    void any.decider('accounts').execute('a', 'deposit', { cents: 5 });
  };
  expect([typed, untyped]).toBeDefined();
});
