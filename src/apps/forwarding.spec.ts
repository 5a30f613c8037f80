/** Requests for a context that another process serves reach that process once, as they are, and nothing else of it. */
import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { Access } from '../runtime/access/access.js';
import { GrantedScopes } from '../runtime/access/scopes.js';
import { ProblemFilter } from '../runtime/http/kernel/problem.filter.js';
import { ClientKey } from '../runtime/access/client-key.js';
import { Forwarding } from './forwarding.js';

const context = {
  name: 'product',
  segments: new Set(['product']),
  scopes: new Map(),
  projections: ['product'],
  entityProjections: [],
};

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

describe('a context that another process serves', () => {
  let other: Server;
  let here: FastifyInstance;
  let asked: string[];

  /** The status of the answer. `fetch` would resolve the dots of a path before it sends it. */
  const get = async (path: string): Promise<number> => {
    const sent = request({ host: '127.0.0.1', port: portOf(here.server), path, agent: false }).end();
    const [response] = (await once(sent, 'response')) as [{ statusCode: number; resume: () => void }];
    response.resume();
    return response.statusCode;
  };

  beforeEach(async () => {
    asked = [];
    other = createServer(({ url = '' }, response) => {
      asked.push(url);
      response.writeHead(503, { 'retry-after': '1' }).end();
    }).listen(0, '127.0.0.1');
    await once(other, 'listening');
    here = new FastifyAdapter().getInstance();
    new Forwarding({
      contexts: [context],
      positionOf: () => undefined,
      digestAt: () => Promise.resolve(''),
      head: () => Promise.resolve(0),
      targets: new Map([['product', `http://127.0.0.1:${portOf(other)}`]]),
    }).register(here, new Access({ anonymous: GrantedScopes.all }), new ProblemFilter());
    here.get('/*', () => 'here');
    await here.listen({ port: 0, host: '127.0.0.1' });
  });

  afterEach(async () => {
    await here.close();
    other.closeAllConnections();
    other.close();
  });

  it.each(['/product', '/product/state?name=../x', '/%70roduct', '/projections/product'])(
    'is asked once, whatever it answers: %s',
    async (path) => {
      expect(await get(path)).toBe(503);
      expect(asked).toEqual([path]);
    },
  );

  it.each(['/product/../commits', '/product/%2e%2e/commits', '/product/..%2Fcommits', '/product/.'])(
    'is not asked for a path with dots that would be resolved: %s',
    async (path) => {
      expect(await get(path)).toBe(404);
      expect(asked).toEqual([]);
    },
  );

  it('is not asked for what is of another context', async () => {
    expect(await get('/products')).toBe(200);
    expect(asked).toEqual([]);
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
