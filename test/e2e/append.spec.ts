import { allEvents, pageOf, positionIn, problemOf, record, wholeLog } from '../support/api.js';
import { Server } from '../support/server.js';

let server: Server;

beforeAll(async () => {
  server = await Server.start({ LEFTFOLD_STORE: 'memory' });
  await server.ready();
});

afterAll(async () => {
  await server.stop();
});

const entry = (value: string, tags?: readonly string[]): object => ({
  type: 'entry.recorded',
  data: { value },
  ...(tags !== undefined && { tags }),
});

const append = (events: unknown, condition?: unknown): Promise<Response> =>
  server.post('/events', { events, ...(condition !== undefined && { condition }) });

const head = async (): Promise<number> => positionIn(await server.fetch('/events?limit=1'));

describe('appending events', () => {
  it('records them in one commit, and tells where', async () => {
    const before = await head();

    const response = await append([entry('1', ['a']), entry('2', ['a', 'b'])]);

    expect(response.status).toBe(201);
    expect(positionIn(response)).toBe(before + 2);
    const { first, last, commit } = (await response.json()) as Readonly<Record<string, unknown>>;
    expect([first, last]).toEqual([before + 1, before + 2]);
    const { events } = await pageOf(server, response.headers.get('location') ?? '');
    expect(events.map((event) => [event.commit, event.data, event.tags])).toEqual([
      [commit, { value: '1' }, ['a']],
      [commit, { value: '2' }, ['a', 'b']],
    ]);
  });

  it('is followed by the projections', async () => {
    const position = positionIn(await append([entry('1')]));
    const response = await server.fetch(`/balance?after=${position}`, { headers: { prefer: 'wait=10' } });
    expect(response.status).toBe(200);
  });
});

describe('an append condition', () => {
  it('holds when no matching event was recorded after the position', async () => {
    const tagged = positionIn(await append([entry('1', ['seat:1'])]));
    const condition = { query: [{ tags: ['seat:1'] }], after: tagged };
    expect((await append([entry('2')], condition)).status).toBe(201);
    expect((await append([entry('3')], condition)).status).toBe(201);
  });

  it('fails at the first matching event, names its position, and records nothing', async () => {
    const first = positionIn(await append([entry('1', ['seat:2'])]));
    await append([entry('2', ['seat:2'])]);
    const before = await wholeLog(server);

    const response = await append([entry('3', ['seat:2'])], {
      query: [{ tags: ['seat:2'] }],
      after: first - 1,
    });

    const problem = await problemOf(response, 409);
    expect(problem.type).toBe('urn:leftfold:problem:append-condition-failed');
    expect(problem.position).toBe(first);
    expect(problem.detail).toContain(`position ${first}`);
    expect(await wholeLog(server)).toBe(before);
  });

  it('may mean types, everything, or any of several items', async () => {
    const position = await record(server, 1);
    const after = position - 1;
    const failing = async (query: readonly object[]): Promise<number | undefined> =>
      (await problemOf(await append([entry('2')], { query, after }), 409)).position;

    expect(await failing([{ types: ['entry.recorded'] }])).toBe(position);
    expect(await failing([{}])).toBe(position);
    expect(await failing([{ tags: ['seat:none'] }, { types: ['entry.recorded'] }])).toBe(position);
    const harmless = { query: [{ types: ['entry.recorded'], tags: ['seat:none'] }], after };
    expect((await append([entry('2')], harmless)).status).toBe(201);
  });

  it('may mean types and tags together, in any of a thousand items', async () => {
    const after = await head();
    const broken = positionIn(await append([entry('1', ['row:7', 'seat:7'])]));
    const query = Array.from({ length: 1000 }, (_, index) => ({
      types: ['entry.recorded', 'entry.retracted'],
      tags: [`row:${index}`, `seat:${index}`],
    }));
    const problem = await problemOf(await append([entry('2')], { query, after }), 409);
    expect(problem.position).toBe(broken);
    const others = query.filter(({ tags }) => !tags.includes('seat:7'));
    expect((await append([entry('2')], { query: others, after })).status).toBe(201);
  });

  it('without a position fails at any matching event, however old', async () => {
    const first = positionIn(await append([entry('1', ['seat:4'])]));
    const problem = await problemOf(await append([entry('2')], { query: [{ tags: ['seat:4'] }] }), 409);
    expect(problem.position).toBe(first);
    expect((await append([entry('2')], { query: [{ tags: ['seat:none'] }] })).status).toBe(201);
  });

  it('lets exactly one of ten through who decided at the same position', async () => {
    const condition = { query: [{ tags: ['seat:3'] }], after: await head() };
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => append([entry('1', ['seat:3'])], condition)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([
      201,
      ...Array.from({ length: 9 }, () => 409),
    ]);
    const { events } = await pageOf(server, '/events?tag=seat:3');
    expect(events).toHaveLength(1);
  });
});

describe('an append that breaks a contract', () => {
  it.each([
    ['a number that is none', [entry('1'), entry('05')], '#/events/1/data/value'],
    ['a number of 1,001 digits', [entry('9'.repeat(1001))], '#/events/0/data/value'],
    ['no value', [{ type: 'entry.recorded', data: {} }], '#/events/0/data/value'],
    ['a JSON number', [{ type: 'entry.recorded', data: { value: 5 } }], '#/events/0/data/value'],
    ['another field', [{ type: 'entry.recorded', data: { value: '5', unit: 'm' } }], '#/events/0/data'],
    ['an unknown type', [entry('1'), { type: 'entry.forgotten', data: {} }], '#/events/1/type'],
  ])('is refused, and records nothing: %s', async (_name, events, pointer) => {
    const before = await wholeLog(server);
    const problem = await problemOf(await append(events), 422);
    expect(problem.type).toBe('urn:leftfold:problem:contract-broken');
    expect(problem.errors?.map((fault) => fault.pointer)[0]).toMatch(new RegExp(`^${pointer}(/|$)`));
    expect(await wholeLog(server)).toBe(before);
  });

  it('is told which types there are', async () => {
    const problem = await problemOf(await append([{ type: 'entry.forgotten', data: {} }]), 422);
    expect(problem.detail).toContain('entry.recorded');
    expect(problem.detail).toContain('entry.retracted');
  });
});

describe('an append that is none', () => {
  it.each([
    ['no events', { events: [] }, '#/events'],
    ['events that are no array', { events: 5 }, '#/events'],
    ['nothing', {}, '#/events'],
    ['an array', [], '#'],
    ['10,001 events', { events: Array.from({ length: 10_001 }, () => entry('1')) }, '#/events'],
    ['an event that is none', { events: [5] }, '#/events/0'],
    ['no data', { events: [{ type: 'entry.recorded' }] }, '#/events/0/data'],
    ['no type', { events: [{ data: { value: '5' } }] }, '#/events/0/type'],
    ['a tag that is none', { events: [entry('1', [''])] }, '#/events/0/tags/0'],
    ['an unknown field', { events: [{ ...entry('1'), position: 7 }] }, '#/events/0'],
    [
      'a negative position',
      { events: [entry('1')], condition: { query: [{}], after: -1 } },
      '#/condition/after',
    ],
    [
      'a position that is none',
      { events: [entry('1')], condition: { query: [{}], after: '7' } },
      '#/condition/after',
    ],
    ['no query', { events: [entry('1')], condition: { after: 0 } }, '#/condition/query'],
    [
      'a query of too many items',
      { events: [entry('1')], condition: { query: Array(1001).fill({ tags: ['a'] }), after: 0 } },
      '#/condition/query',
    ],
    [
      'an item of too many types',
      { events: [entry('1')], condition: { query: [{ types: Array(101).fill('a.b') }], after: 0 } },
      '#/condition/query/0/types',
    ],
    ['a query of nothing', { events: [entry('1')], condition: { query: [], after: 0 } }, '#/condition/query'],
  ])('is refused, and records nothing: %s', async (_name, body, pointer) => {
    const before = await wholeLog(server);
    const problem = await problemOf(await server.post('/events', body), 422);
    expect(problem.type).toBe('urn:leftfold:problem:invalid-body');
    expect(problem.errors?.[0]?.pointer).toMatch(new RegExp(`^${pointer}(/|$)`));
    expect(await wholeLog(server)).toBe(before);
  });
});

describe('appending CloudEvents', () => {
  const cloudEvent = (value: string, more: object = {}): object => ({
    specversion: '1.0',
    id: 'a-1',
    source: '/elsewhere',
    type: 'entry.recorded',
    data: { value },
    ...more,
  });

  const appendAs = (type: string, body: unknown): Promise<Response> =>
    server.post('/events', body, { 'content-type': type });

  it('records a single one', async () => {
    const response = await appendAs('application/cloudevents+json', cloudEvent('5'));
    expect(response.status).toBe(201);
    expect((await allEvents(server)).at(-1)).toMatchObject({
      position: positionIn(response),
      type: 'entry.recorded',
      data: { value: '5' },
    });
  });

  it('records a batch in one commit', async () => {
    const batch = [cloudEvent('5', { tags: 'a,b' }), cloudEvent('6')];
    const response = await appendAs('application/cloudevents-batch+json; charset=utf-8', batch);
    expect(response.status).toBe(201);
    const recorded = (await allEvents(server)).slice(-2);
    expect(recorded.map(({ data, tags }) => [data, tags])).toEqual([
      [{ value: '5' }, ['a', 'b']],
      [{ value: '6' }, []],
    ]);
    expect(new Set(recorded.map(({ commit }) => commit)).size).toBe(1);
  });

  it('takes back what it gave', async () => {
    const given = await server.fetch('/events?limit=3', {
      headers: { accept: 'application/cloudevents-batch+json' },
    });
    const before = await allEvents(server);
    const response = await appendAs('application/cloudevents-batch+json', await given.text());
    expect(response.status).toBe(201);
    expect((await allEvents(server)).slice(-3).map(({ type, data }) => [type, data])).toEqual(
      before.slice(0, 3).map(({ type, data }) => [type, data]),
    );
  });

  it.each([
    [
      'another version',
      'application/cloudevents+json',
      cloudEvent('5', { specversion: '0.3' }),
      '#/specversion',
    ],
    [
      'no version',
      'application/cloudevents+json',
      { type: 'entry.recorded', data: { value: '5' } },
      '#/specversion',
    ],
    ['no type', 'application/cloudevents+json', { ...cloudEvent('5'), type: undefined }, '#/type'],
    ['one of a batch', 'application/cloudevents-batch+json', [cloudEvent('5'), {}], '#/1/specversion'],
    ['an empty batch', 'application/cloudevents-batch+json', [], '#'],
    ['a broken contract', 'application/cloudevents+json', cloudEvent('05'), '#/data/value'],
    [
      'a broken contract in a batch',
      'application/cloudevents-batch+json',
      [cloudEvent('05')],
      '#/0/data/value',
    ],
  ])('refuses what is none, by its pointer in what was sent: %s', async (_name, type, body, pointer) => {
    const before = await wholeLog(server);
    const problem = await problemOf(await appendAs(type, body), 422);
    expect(problem.errors?.[0]?.pointer).toBe(pointer);
    expect(await wholeLog(server)).toBe(before);
  });
});

describe('a retraction that is appended by hand', () => {
  let other: Server;

  beforeEach(async () => {
    other = await Server.start({ LEFTFOLD_STORE: 'memory' });
    await record(other, 2);
    await other.ready();
  });

  afterEach(async () => {
    await other.stop();
  });

  it.each(['0', '7'])('does not make a query unanswerable: %s where 2 was recorded', async (value) => {
    const data = { entry: 1, value, reason: 'x' };
    const response = await other.post('/events', { events: [{ type: 'entry.retracted', data }] });
    const after = response.status === 201 ? positionIn(response) : 1;
    for (const path of ['/balance', '/factor', '/factor/value']) {
      const query = await other.fetch(`${path}?after=${after}`, { headers: { prefer: 'wait=2' } });
      expect([path, query.status]).toEqual([path, 200]);
    }
  });
});
