/** Requests for a context that another process serves reach that process once, as they are, and nothing else of it. */
import { once } from 'node:events';
import { createServer, request, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { Access, type AccessOptions } from '../runtime/access/access.js';
import { GrantedScopes, type RequiredScope } from '../runtime/access/scopes.js';
import { ProblemFilter } from '../runtime/http/kernel/problem.filter.js';
import { ClientKey } from '../runtime/access/client-key.js';
import { Forwarding } from './forwarding.js';

const context = {
  name: 'product',
  segments: new Set(['product']),
  scopes: new Map<string, Map<string, RequiredScope>>([
    ['/product/:id', new Map([['GET', 'query:product']])],
    ['/product/:id/costs', new Map([['GET', 'query:costs']])],
  ]),
  included: new Map([['parts', ['parts', 'costs']]]),
  projections: ['product'],
  entityProjections: [],
};

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

describe('a context that another process serves', () => {
  let other: Server;
  let here: FastifyInstance;
  let asked: string[];
  let received: IncomingHttpHeaders[];

  /** The status of the answer. `fetch` would resolve the dots of a path before it sends it. */
  const get = async (path: string, headers: Record<string, string> = {}): Promise<number> => {
    const sent = request({ host: '127.0.0.1', port: portOf(here.server), path, headers, agent: false }).end();
    const [response] = (await once(sent, 'response')) as [{ statusCode: number; resume: () => void }];
    response.resume();
    return response.statusCode;
  };

  interface Served {
    readonly access?: AccessOptions;
    readonly target?: string;
    readonly behindProxy?: boolean;
    readonly keysOverHttp?: boolean;
    /** Whether every path has a route here, too, so that it was asked for by that. */
    readonly hasRoute?: boolean;
  }

  const serve = async ({ access, target, hasRoute = true, ...rest }: Served = {}): Promise<void> => {
    here = new FastifyAdapter().getInstance();
    new Forwarding({
      contexts: [context],
      positionOf: () => undefined,
      digestAt: () => Promise.resolve(''),
      head: () => Promise.resolve(0),
      targets: new Map([['product', target ?? `http://127.0.0.1:${portOf(other)}`]]),
      ...rest,
    }).register(here, new Access(access ?? { anonymous: GrantedScopes.all }), new ProblemFilter());
    if (hasRoute) here.get('/*', () => 'here');
    await here.listen({ port: 0, host: '127.0.0.1' });
  };

  beforeEach(async () => {
    [asked, received] = [[], []];
    other = createServer(({ url = '', headers }, response) => {
      asked.push(url);
      received.push(headers);
      response.writeHead(503, { 'retry-after': '1' }).end();
    }).listen(0, '127.0.0.1');
    await once(other, 'listening');
  });

  afterEach(async () => {
    await here.close();
    other.closeAllConnections();
    other.close();
  });

  it.each(['/product', '/product/state?name=../x', '/%70roduct', '/projections/product'])(
    'is asked once, whatever it answers: %s',
    async (path) => {
      await serve();
      expect(await get(path)).toBe(503);
      expect(asked).toEqual([path]);
    },
  );

  it.each([
    '/product/../commits',
    '/product/%2e%2e/commits',
    '/product/..%2Fcommits',
    '/product/.',
    '/product/1\\costs',
    '/product/1#/costs',
  ])('is not asked for a path that would be resolved to another one: %s', async (path) => {
    await serve();
    expect(await get(path)).toBe(404);
    expect(asked).toEqual([]);
  });

  it('is not asked for what is of another context', async () => {
    await serve();
    expect(await get('/products')).toBe(200);
    expect(asked).toEqual([]);
  });

  it.each([
    ['/product/1', 503],
    ['/product/1/costs', 401],
    // To its router this is the product "1/costs", and no costs.
    ['/product/1%2Fcosts', 503],
    ['/product/1/', 401],
    ['/product/1/%63osts', 401],
    ['/product/1?include=parts', 401],
    ['/product/1?include=x,parts', 401],
    ['/product/1?include=x&include=parts', 401],
    ['/product/1?%69nclude=%70arts', 401],
    ['/product/1?include=x', 503],
  ])('is asked for %s by those only who may, as it reads it itself', async (path, status) => {
    await serve({ access: { anonymous: ['query:product', 'query:parts'] }, hasRoute: false });
    expect(await get(path)).toBe(status);
    expect(asked).toEqual(status === 503 ? [path] : []);
  });

  it('is told who asks, also when the client says that this is for the connection only', async () => {
    const authenticate = (): { id: string; scopes: GrantedScopes } => ({
      id: 'key:till-1',
      scopes: new GrantedScopes(['query:product']),
    });
    await serve({ access: { authenticators: [{ authenticate }] }, hasRoute: false });
    const headers = { authorization: 'Bearer a', connection: 'close, Authorization, X-Forwarded-For' };
    expect(await get('/product/1', headers)).toBe(503);
    expect(received.map(({ authorization }) => authorization)).toEqual(['Bearer a']);
  });

  it.each([
    [false, '127.0.0.1'],
    [true, '10.0.0.1, 10.0.0.2'],
  ])(
    'is told where the request comes from, by a proxy before this process: %s',
    async (behindProxy, from) => {
      await serve({ behindProxy });
      const headers = { 'x-forwarded-for': '10.0.0.1, 10.0.0.2', connection: 'close, x-forwarded-for' };
      await get('/product', headers);
      expect(received.map((each) => each['x-forwarded-for'])).toEqual([from]);
    },
  );

  it('is not sent credentials over http to another machine, unless that is allowed', async () => {
    // Of this machine, and no loopback address.
    const target = `http://0.0.0.0:${portOf(other)}`;
    await serve({ target });
    expect(await get('/product', { authorization: 'Bearer a' })).toBe(503);
    expect(asked).toEqual([]);
    await get('/product');
    expect(asked).toEqual(['/product']);
    await here.close();
    await serve({ target, keysOverHttp: true });
    await get('/product', { authorization: 'Bearer a' });
    expect(received.map(({ authorization }) => authorization)).toEqual([undefined, 'Bearer a']);
  });
});

describe('a process that is to take over a context', () => {
  let other: Server;
  let answer: (at: string | null) => unknown;
  /** What it asks for, if it asks for a key. */
  let required: string | undefined;

  const handOver = (entityProjections: readonly string[] = [], key?: ClientKey): Promise<void> =>
    new Forwarding({
      contexts: [{ ...context, entityProjections }],
      positionOf: () => 5,
      digestAt: (_projection, at) => Promise.resolve(`${at}-here`),
      head: () => Promise.resolve(5),
      key,
    }).set('product', `http://127.0.0.1:${portOf(other)}`);

  beforeEach(async () => {
    required = undefined;
    other = createServer(({ url = '', headers }, response) => {
      if (required !== undefined && headers.authorization !== required) response.statusCode = 401;
      response.end(JSON.stringify(answer(new URL(url, 'http://localhost').searchParams.get('at'))));
    }).listen(0, '127.0.0.1');
    await once(other, 'listening');
  });

  afterEach(() => {
    other.closeAllConnections();
    other.close();
  });

  it('takes over when its states are the same', async () => {
    answer = (at) => ({ position: 5, digest: `${at ?? 5}-here` });
    await expect(handOver()).resolves.toBeUndefined();
  });

  it('is asked with the key of this process', async () => {
    answer = (at) => ({ position: 5, digest: `${at ?? 5}-here` });
    required = 'Bearer a-key';
    await expect(handOver([], ClientKey.of('a-key'))).resolves.toBeUndefined();
    await expect(handOver()).rejects.toThrow(
      'answered 401; set LEFTFOLD_KEY or LEFTFOLD_KEY_FILE to a key that has the scope operate there.',
    );
  });

  it('does not when the context has entity projections, which cannot be compared at one position', async () => {
    answer = (at) => ({ position: 5, digest: `${at ?? 5}-here` });
    await expect(handOver(['products'])).rejects.toThrow(
      'product has entity projections or read models (products)',
    );
  });

  it('does not when it answers something else than a position and a digest', async () => {
    answer = () => ({});
    await expect(handOver()).rejects.toThrow('something else than a position and a digest');
  });

  it('does not when it has begun with nothing, and then folded another log', async () => {
    let asked = 0;
    answer = (at) => {
      asked += 1;
      if (at === '0') return { position: 0, digest: '0-here' };
      return asked === 1 ? { position: 0, digest: '0-here' } : { position: 5, digest: '5-another' };
    };
    await expect(handOver()).rejects.toThrow('leftfold compare');
  });
});
