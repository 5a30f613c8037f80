import { foldedUpTo, positionIn, problemOf, record, retract, textUpTo } from '../support/api.js';
import { Server, TemporaryFolder } from '../support/server.js';

const folder = new TemporaryFolder();
let server: Server;

beforeAll(async () => {
  server = await Server.start({ LEFTFOLD_DATA: folder.path });
  await server.ready();
});

afterAll(async () => {
  await server.stop();
  folder.remove();
});

const get = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
  server.fetch(path, { headers });

/** How long it takes, in milliseconds. */
const timed = async (action: () => Promise<unknown>): Promise<number> => {
  const began = performance.now();
  await action();
  return performance.now() - began;
};

const QUERIES = ['/balance', '/factor', '/balance/state', '/factor/state', '/factor/value'];

describe('an empty log', () => {
  it('has a balance of 0 and a factor of 1', async () => {
    expect(await server.json('/balance')).toEqual({ value: '0', state: 'empty', count: 0, position: 0 });
    expect(await server.json('/factor')).toEqual({ value: '1', state: 'nonzero', count: 0, position: 0 });
    expect(await (await get('/balance/state')).text()).toBe('\nbalance: 0\n');
    expect(await (await get('/factor/state')).text()).toBe('\nfactor: 1\n');
    expect(await server.json('/values')).toEqual([]);
  });
});

describe('GET /balance', () => {
  it('answers with value, state, count and position', async () => {
    const position = await record(server, 1, 1, 1, 1, 2);
    expect(await foldedUpTo(server, '/balance', position)).toEqual({
      value: '6',
      state: 'counting',
      count: 5,
      position,
    });
  });

  it('is exact for huge and negative numbers', async () => {
    const before = await foldedUpTo(server, '/balance', await record(server, 0));
    const huge = ['9'.repeat(1000), `-${'8'.repeat(999)}`, '12345678901234567890', '-1'];
    const after = await foldedUpTo(server, '/balance', await record(server, ...huge));
    const expected = huge.reduce((total, value) => total + BigInt(value), BigInt(String(before['value'])));
    expect(after['value']).toBe(String(expected));
  });

  it('is below zero when the numbers are, and back when they are retracted', async () => {
    const before = await foldedUpTo(server, '/balance', await record(server, 0));
    const negative = String(-BigInt(String(before['value'])) - 7n);
    const position = await record(server, negative);
    expect(await foldedUpTo(server, '/balance', position)).toMatchObject({ value: '-7' });
    const back = await foldedUpTo(server, '/balance', await retract(server, position));
    expect(back['value']).toBe(before['value']);
  });

  it('shows the same as one line of text', async () => {
    const position = await record(server, 3);
    const { value } = await foldedUpTo(server, '/balance', position);
    expect(await textUpTo(server, '/balance/state', position)).toBe(`\nbalance: ${String(value)}\n`);
  });
});

describe.each(QUERIES)('GET %s', (path) => {
  let position = 0;

  beforeAll(async () => {
    position = await record(server, 1);
    await textUpTo(server, path, position);
  });

  const entityTag = async (): Promise<string> => (await get(path)).headers.get('etag') ?? '';

  it('has an entity tag that begins with the position, and tells it in Leftfold-Position', async () => {
    const response = await get(path);
    expect(response.status).toBe(200);
    expect(response.headers.get('etag')).toMatch(new RegExp(`^"${position}\\.[\\w-]{16}"$`));
    expect(positionIn(response)).toBe(position);
    expect(response.headers.get('content-type')).toMatch(
      path.includes('/', 1) ? /^text\/plain;/ : /^application\/json/,
    );
  });

  it.each([
    ['exactly', (tag: string) => tag],
    ['weakly', (tag: string) => `W/${tag}`],
    ['in a list', (tag: string) => `"0", ${tag}, "x"`],
    ['weakly in a list', (tag: string) => `"0",W/${tag}`],
    ['as anything', () => '*'],
  ])('says 304 to whoever knows it %s', async (_name, known) => {
    const tag = await entityTag();
    const response = await get(path, { 'if-none-match': known(tag) });
    expect(response.status).toBe(304);
    expect(await response.text()).toBe('');
    expect(response.headers.get('etag')).toBe(tag);
    expect(positionIn(response)).toBe(position);
  });

  it('says 200 to whoever knows another one', async () => {
    const tag = await entityTag();
    for (const known of [`"${position}"`, tag.replace('.', '0.'), tag.slice(1, -1), '"0", "x"']) {
      const response = await get(path, { 'if-none-match': known });
      expect([known, response.status]).toEqual([known, 200]);
      expect(await response.text()).not.toBe('');
    }
  });

  it('answers HEAD as GET, without the body', async () => {
    const [whole, head] = [await get(path), await server.fetch(path, { method: 'HEAD' })];
    expect(head.status).toBe(200);
    expect(await head.text()).toBe('');
    for (const name of ['etag', 'leftfold-position', 'content-type', 'content-length', 'cache-control']) {
      expect([name, head.headers.get(name)]).toEqual([name, whole.headers.get(name)]);
    }
  });

  it('answers at once when what it shall be after is folded already', async () => {
    const response = await get(`${path}?after=${position}`);
    expect(response.status).toBe(200);
    expect(response.headers.get('preference-applied')).toBeNull();
    expect((await get(`${path}?after=0`)).status).toBe(200);
  });

  it('says 503 at once when it is not folded and the client does not wait', async () => {
    const response = await get(`${path}?after=${position + 1000}`);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    const problem = await problemOf(response, 503);
    expect(problem.type).toBe('urn:leftfold:problem:not-yet');
    expect(problem.position).toBe(position);
    expect(problem.detail).toContain('Prefer: wait=');
  });
});

describe('a query that waits for a position', () => {
  const waitFor = (position: number, prefer: string, signal?: AbortSignal): Promise<Response> =>
    server.fetch(`/balance?after=${position}`, {
      headers: { prefer },
      ...(signal !== undefined && { signal }),
    });

  it('is answered when what it waits for has come', async () => {
    const head = await record(server, 1);
    let answered = false;
    const waiting = waitFor(head + 2, 'wait=30').finally(() => {
      answered = true;
    });
    await record(server, 1);
    await foldedUpTo(server, '/balance', head + 1);
    expect(answered).toBe(false);

    await record(server, 1);

    const response = await waiting;
    expect(response.status).toBe(200);
    expect(positionIn(response)).toBeGreaterThanOrEqual(head + 2);
    expect(response.headers.get('preference-applied')).toBe('wait=30');
  });

  it('understands a list of preferences, and quotes', async () => {
    const head = await record(server, 1);
    const waiting = waitFor(head + 1, 'respond-async, wait="30"; foo, handling=lenient');
    await record(server, 1);
    expect((await waiting).status).toBe(200);
  });

  it('gets 503 with Retry-After when it has waited long enough', async () => {
    const head = await record(server, 1);
    const milliseconds = await timed(async () => {
      const response = await waitFor(head + 1, 'wait=1');
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await problemOf(response, 503)).type).toBe('urn:leftfold:problem:not-yet');
    });
    expect(milliseconds).toBeGreaterThanOrEqual(990);
    expect(milliseconds).toBeLessThan(5000);
  });

  it('does not wait for wait=0, nor for other preferences', async () => {
    const head = await record(server, 1);
    expect((await waitFor(head + 1, 'wait=0')).status).toBe(503);
    expect((await waitFor(head + 1, 'respond-async')).status).toBe(503);
  });

  it('answers many who wait for the same', async () => {
    const head = await record(server, 1);
    const waiting = Array.from({ length: 50 }, () => waitFor(head + 1, 'wait=30'));
    await record(server, 1);
    const statuses = (await Promise.all(waiting)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200]));
  });

  it('may go away: nobody else notices', async () => {
    const head = await record(server, 1);
    const leaving = new AbortController();
    const gone = Array.from({ length: 20 }, () => waitFor(head + 1, 'wait=60', leaving.signal));
    const staying = waitFor(head + 1, 'wait=30');
    await get('/health/live');

    leaving.abort();

    for (const outcome of await Promise.allSettled(gone)) expect(outcome.status).toBe('rejected');
    await record(server, 1);
    expect((await staying).status).toBe(200);
    expect((await get('/health/ready')).status).toBe(200);
  });
});

describe('a client’s own write', () => {
  it('is in every query after it, however many write at once', async () => {
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        const position = await record(server, 1);
        for (const path of QUERIES) {
          const response = await get(`${path}?after=${position}`, { prefer: 'wait=30' });
          expect(response.status).toBe(200);
          expect(positionIn(response)).toBeGreaterThanOrEqual(position);
        }
      }),
    );
  });
});
