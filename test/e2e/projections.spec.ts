/** How projections are, over HTTP, and what their machines look like. */
import { positionIn, problemOf, until } from '../support/api.js';
import { AmountsServer, type Overview } from '../support/amounts-server.js';
import { mermaidFaults } from '../support/mermaid.js';

interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
}

interface OpenApi {
  readonly paths: Readonly<
    Record<string, { get: { responses: { 200: { content: { 'application/json': { schema: Schema } } } } } }>
  >;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const amounts = AmountsServer.ofEachTest();

describe('GET /projections', () => {
  it('tells of every projection', async () => {
    const head = await amounts.add(1, 2, 3);
    await until(async () => (await amounts.overview('total')).position === head);
    const response = await amounts.server.fetch('/projections');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(positionIn(response)).toBe(head);
    const { projections } = (await response.json()) as { projections: readonly Overview[] };
    expect(projections.map(({ name }) => name)).toEqual(['total', 'careful', 'other']);
    expect(projections[0]).toEqual({
      name: 'total',
      status: 'following',
      position: 3,
      lag: { events: 0, seconds: 0 },
      eventsPerSecond: expect.any(Number) as number,
      digest: expect.stringMatching(/^3-[0-9a-f]{16}$/) as string,
      snapshots: [],
      skipped: [],
      links: {
        self: '/projections/total',
        state: '/total',
        machine: '/projections/total/machine',
        audit: '/projections/total/audit',
        rebuild: '/projections/total/rebuild',
      },
      commands: {
        audit: { method: 'POST', href: '/projections/total/audit' },
        rebuild: { method: 'POST', href: '/projections/total/rebuild' },
      },
    });
    expect(projections[0]?.eventsPerSecond).toBeGreaterThan(0);
  });

  it('links to what is there, and names commands that can be given', async () => {
    const { links, commands } = await amounts.overview('total');
    for (const href of Object.values(links)) expect((await amounts.server.fetch(href)).status).toBe(200);
    const headers = { prefer: 'wait=60' };
    for (const { method, href } of Object.values(commands)) {
      const response = await amounts.server.fetch(href, { method, headers });
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({ status: 'done' });
    }
  });

  it('has no member that OpenAPI does not describe', async () => {
    await amounts.stopAt3();
    const { paths, components } = (await amounts.server.json('/openapi.json')) as OpenApi;
    const resolved = ({ $ref, ...schema }: Schema = {}): Schema =>
      $ref === undefined ? schema : (components.schemas[$ref.replace(/^.*\//, '')] ?? {});
    const schema = paths['/projections/{name}']?.get.responses[200].content['application/json'].schema;
    const { links, commands, ...rest } = await amounts.overview('total');
    const described = resolved(schema).properties ?? {};
    const namesIn = (properties: object = {}): readonly string[] => Object.keys(properties).toSorted();
    // Nothing has drifted here, and none is an entity projection.
    expect(namesIn({ links, commands, drift: {}, entities: {}, trouble: '', ...rest })).toEqual(
      namesIn(described),
    );
    expect(namesIn(links)).toEqual(namesIn(resolved(described['links']).properties));
    expect(namesIn(commands)).toEqual(namesIn(resolved(described['commands']).properties));
  });

  it('names the projections that there are when asked for another', async () => {
    for (const path of ['/projections/balance', '/projections/balance/machine']) {
      const problem = await problemOf(await amounts.server.fetch(path), 404);
      expect(problem.detail).toBe('There is no projection balance; there are total, careful, other.');
    }
    await problemOf(await amounts.resume({}, 'balance'), 404);
  });

  it('has a digest of what was folded and of the state, the same whenever that is folded again', async () => {
    await amounts.stopAt3();
    await amounts.resume({ skip: 3, reason: 'a slip' });
    const { digest } = await amounts.overview('total');
    expect(digest).toMatch(/^6-[0-9a-f]{16}-[0-9a-f]{16}$/);
    await amounts.server.kill();
    await amounts.start();
    expect((await amounts.overview('total')).digest).toBe(digest);
    expect((await amounts.overview('other')).digest).not.toBe(digest);
  });

  it('tells of the snapshots', async () => {
    await amounts.add(1, 2, 3);
    await until(async () => (await amounts.overview('other')).position === 3);
    await amounts.server.stop();
    await amounts.start();
    const [snapshot] = (await amounts.overview('other')).snapshots;
    expect(snapshot).toMatchObject({ position: 3, bytes: expect.any(Number) as number });
    expect(Date.parse(snapshot?.time ?? '')).toBeGreaterThan(Date.now() - 60_000);
  });

  it('tells how old the first event is that is not folded', async () => {
    await amounts.stopAt3();
    await until(async () => (await amounts.overview('total')).lag.seconds > 0.05);
    expect((await amounts.overview('total')).lag.seconds).toBeLessThan(60);
    expect((await amounts.overview('other')).lag).toEqual({ events: 0, seconds: 0 });
  });
});

describe('the machine of a projection', () => {
  it('is Mermaid text, with an entity tag', async () => {
    const response = await amounts.server.fetch('/projections/total/machine');
    expect(response.headers.get('content-type')).toBe('text/vnd.mermaid; charset=utf-8');
    const text = await response.text();
    expect(mermaidFaults(text)).toEqual([]);
    expect(text).toContain('empty --> totalling : amount.added');
    expect((await amounts.overview('total')).machine).toBe(text);
    const headers = { 'if-none-match': response.headers.get('etag') ?? '' };
    expect((await amounts.server.fetch('/projections/total/machine', { headers })).status).toBe(304);
  });

  it('is plain text for who wants that', async () => {
    const plain = await amounts.server.fetch('/projections/total/machine', {
      headers: { accept: 'text/plain' },
    });
    expect(plain.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    await problemOf(
      await amounts.server.fetch('/projections/total/machine', { headers: { accept: 'image/png' } }),
      406,
    );
  });
});
