import { foldedUpTo, problemOf, record } from '../support/api.js';
import { Server } from '../support/server.js';

let server: Server;

beforeAll(async () => {
  server = await Server.start({ LEFTFOLD_STORE: 'memory' });
  await server.ready();
  const position = await record(server, 5);
  for (const path of ['/balance', '/factor']) await foldedUpTo(server, path, position);
});

afterAll(async () => {
  await server.stop();
});

const READ = 'GET, HEAD';
const WRITE = 'POST';
const BOTH = 'GET, HEAD, POST';

/** Every path, as OpenAPI names it, and what it allows. */
const PATHS: readonly (readonly [path: string, allow: string])[] = [
  ['/entries', WRITE],
  ['/entries/{position}', READ],
  ['/entries/{position}/retraction', WRITE],
  ['/balance', READ],
  ['/balance/state', READ],
  ['/balance/history', READ],
  ['/balance/what-if', READ],
  ['/factor', READ],
  ['/factor/state', READ],
  ['/factor/value', READ],
  ['/factor/history', READ],
  ['/factor/what-if', READ],
  ['/events', BOTH],
  ['/events/{position}', READ],
  ['/events/{position}/recorded', READ],
  ['/events/query', WRITE],
  ['/push', BOTH],
  ['/values', READ],
  ['/projections', READ],
  ['/projections/{name}', READ],
  ['/projections/{name}/digest', READ],
  ['/projections/{name}/machine', READ],
  ['/projections/{name}/resume', WRITE],
  ['/projections/{name}/audit', BOTH],
  ['/projections/{name}/rebuild', BOTH],
  ['/model', READ],
  ['/problems', READ],
  ['/verification', BOTH],
  ['/storage', READ],
  ['/forwarding', BOTH],
  ['/health/live', READ],
  ['/health/ready', READ],
];

const DOCUMENTS: readonly (readonly [path: string, allow: string])[] = [
  ['/openapi.json', READ],
  ['/docs', READ],
];

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
const NOT_MUTABLE = ['PUT', 'PATCH', 'DELETE'];

const urlOf = (path: string): string => path.replace('{position}', '1').replace('{name}', 'balance');

const partsOf = (allow: string): readonly string[] => allow.split(', ').toSorted();

describe.each([...PATHS, ...DOCUMENTS])('%s', (path, allow) => {
  it.each(NOT_MUTABLE)('does not allow %s, and says what it allows', async (method) => {
    const response = await server.fetch(urlOf(path), { method });
    expect(partsOf(response.headers.get('allow') ?? '')).toEqual(partsOf(allow));
    const problem = await problemOf(response, 405);
    expect(problem.type).toBe('urn:leftfold:problem:method-not-allowed');
    expect(problem.detail).toContain(allow);
  });

  it('does not allow any other method of the usual ones', async () => {
    for (const method of METHODS.filter((each) => !partsOf(allow).includes(each))) {
      const response = await server.fetch(urlOf(path), { method });
      expect([method, response.status]).toEqual([method, 405]);
      expect(partsOf(response.headers.get('allow') ?? '')).toEqual(partsOf(allow));
    }
  });

  it('tells by OPTIONS what it allows', async () => {
    const response = await server.fetch(urlOf(path), { method: 'OPTIONS' });
    expect(response.status).toBe(204);
    expect(partsOf(response.headers.get('allow') ?? '')).toEqual(partsOf(`${allow}, OPTIONS`));
    expect(await response.text()).toBe('');
  });
});

describe('a method that is not allowed', () => {
  it.each([
    ['a body that is not JSON', '/balance', { 'content-type': 'application/json' }, '{'],
    ['another media type', '/events', { 'content-type': 'text/csv' }, 'a,b'],
    [
      'a body of more than 1 MiB',
      '/entries/1',
      { 'content-type': 'application/json' },
      ' '.repeat(1_100_000),
    ],
  ])('is refused for the method, whatever comes with it: %s', async (_name, path, headers, body) => {
    await problemOf(await server.fetch(path, { method: 'PUT', headers, body }), 405);
  });

  it('changes nothing', async () => {
    for (const [path] of PATHS) {
      for (const method of NOT_MUTABLE) await server.fetch(urlOf(path), { method });
    }
    expect(await server.json('/values')).toEqual([5]);
  });
});

describe('an unknown path', () => {
  it.each([
    ['GET', '/nothing'],
    ['POST', '/nothing'],
    ['PUT', '/nothing'],
    ['GET', '/balance/nothing'],
    ['GET', '/entries/1/nothing'],
    ['GET', '/Balance'],
    ['GET', '/balance/'],
    ['GET', '/..%2f..%2fetc/passwd'],
    ['GET', '/docs/../../package.json'],
    ['GET', '/docs/..%2f..%2fpackage.json'],
  ])('is not found: %s %s', async (method, path) => {
    const problem = await problemOf(await server.fetch(path, { method }), 404);
    expect(problem.detail).toMatch(/./);
  });

  it('has a type of its own, and says where the paths can be found', async () => {
    const problem = await problemOf(await server.fetch('/nothing'), 404);
    expect(problem.type).toMatch(/^urn:leftfold:problem:/);
    expect(problem.detail).toMatch(/\/docs|\/openapi\.json/);
  });

  it('is a problem also when it cannot be decoded', async () => {
    const problem = await problemOf(await server.fetch('/%zz'), 400);
    expect(problem.type).toMatch(/^urn:leftfold:problem:/);
  });
});

describe('health', () => {
  it('is live', async () => {
    const response = await server.fetch('/health/live');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: 'live' });
  });

  it('is ready, and tells how far each projection is', async () => {
    const response = await server.fetch('/health/ready');
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual({
      status: 'ready',
      log: { status: 'available', head: 1, lastAppend: expect.stringMatching(/^\d{4}-.*Z$/) as unknown },
      projections: {
        balance: { status: 'following', position: 1 },
        factor: { status: 'following', position: 1 },
      },
    });
  });
});

describe('/openapi.json', () => {
  interface Operation {
    readonly operationId?: string;
    readonly responses: Readonly<Record<string, { readonly description: string }>>;
    readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  }
  interface Document {
    readonly openapi: string;
    readonly info: { readonly title: string; readonly version: string };
    readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
    readonly components?: unknown;
  }

  const documentOf = async (): Promise<Document> => (await server.json('/openapi.json')) as Document;

  const operationsOf = async (): Promise<readonly (readonly [name: string, path: string, of: Operation])[]> =>
    Object.entries((await documentOf()).paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, of]) => [`${method.toUpperCase()} ${path}`, path, of] as const),
    );

  it('is an OpenAPI 3 document with a title and a version', async () => {
    const { openapi, info } = await documentOf();
    expect(openapi).toMatch(/^3\.\d+\.\d+$/);
    expect(info.title).toBe('Leftfold');
    expect(info.version).toMatch(/^\d+\.\d+\.\d+/);
  });

  it('describes every path with every method that it allows, and no other', async () => {
    const described = (await operationsOf()).map(([name]) => name);
    const allowed = PATHS.flatMap(([path, allow]) =>
      partsOf(allow).flatMap((method) => (method === 'HEAD' ? [] : [`${method} ${path}`])),
    );
    // An upgrade is described in `/asyncapi.json`.
    expect(described.toSorted()).toEqual(allowed.filter((each) => each !== 'GET /push').toSorted());
  });

  it('gives every operation a success, and every response a description', async () => {
    for (const [name, , { responses }] of await operationsOf()) {
      expect([name, Object.keys(responses)]).toEqual([
        name,
        expect.arrayContaining([expect.stringMatching(/^20/)]),
      ]);
      for (const { description } of Object.values(responses))
        expect([name, description]).toEqual([name, expect.stringMatching(/./)]);
    }
  });

  it('declares every parameter of a path, and names each operation once', async () => {
    const operations = await operationsOf();
    for (const [name, path, { parameters = [] }] of operations) {
      const inPath = parameters.flatMap((parameter) => (parameter.in === 'path' ? [parameter.name] : []));
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
      expect([name, inPath]).toEqual([name, named]);
    }
    const ids = operations.flatMap(([, , { operationId }]) => operationId ?? []);
    expect(new Set(ids).size).toBe(operations.length);
  });

  it('refers to nothing that it does not hold', async () => {
    const document = await documentOf();
    for (const [, path = ''] of JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const found = path
        .split('/')
        .reduce<unknown>(
          (node, part) => (node as Readonly<Record<string, unknown>> | undefined)?.[part],
          document,
        );
      expect([path, typeof found]).toEqual([path, 'object']);
    }
  });
});

describe('/docs', () => {
  const assetsIn = (html: string): readonly string[] =>
    [...html.matchAll(/<(?:script|link|img)\b[^>]*\b(?:src|href)\s*=\s*["']([^"']+)["']/g)].flatMap(
      ([, url]) => url ?? [],
    );

  it.each(['/docs', '/docs/'])('is a page whose scripts and styles load from here: %s', async (path) => {
    const page = await server.fetch(path);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    const assets = assetsIn(await page.text()).map((asset) => new URL(asset, page.url));
    expect(assets.map(({ origin }) => origin)).toEqual(assets.map(() => server.url));
    expect(assets.some(({ pathname }) => pathname.endsWith('.css'))).toBe(true);
    expect(assets.some(({ pathname }) => pathname.endsWith('.js'))).toBe(true);
    for (const { pathname } of assets) {
      const response = await server.fetch(pathname);
      expect([pathname, response.status]).toEqual([pathname, 200]);
      expect(await response.text()).not.toBe('');
      if (pathname.endsWith('.css')) expect(response.headers.get('content-type')).toMatch(/^text\/css/);
      if (pathname.endsWith('.js')) expect(response.headers.get('content-type')).toMatch(/javascript/);
    }
  });

  it('describes this server, without asking another host', async () => {
    const page = await server.fetch('/docs');
    const start = assetsIn(await page.text()).find((asset) => asset.includes('init'));
    const script = await (await server.fetch(new URL(start ?? '', page.url).pathname)).text();
    expect(script).toContain('/entries/{position}/retraction');
    // Where an example names a process, it is on this machine.
    expect(script).not.toMatch(/https?:\/\/(?!127\.0\.0\.1:)/);
    expect(script).toMatch(/"validatorUrl":\s*null/);
  });
});
