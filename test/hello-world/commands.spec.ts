import { allEvents, foldedUpTo, pageOf, positionIn, problemOf, wholeLog } from '../support/api.js';
import { TemporaryFolder, type Server } from '../support/server.js';
import { record, retract, startProgram } from './support/numbers.js';

const folder = new TemporaryFolder();
let server: Server;

beforeAll(async () => {
  server = await startProgram({ LEFTFOLD_DATA: folder.path });
  await server.ready();
});

afterAll(async () => {
  await server.stop();
  folder.remove();
});

const form = (fields: Readonly<Record<string, string>>): RequestInit => ({
  method: 'POST',
  body: new URLSearchParams(fields),
});

const jsonOf = async (path: string): Promise<Readonly<Record<string, unknown>>> =>
  (await server.json(path)) as Readonly<Record<string, unknown>>;

describe('recording one number', () => {
  const json = (body: string): RequestInit => ({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });

  it.each([
    ['a JSON number', json('{"value": 5}'), '5'],
    ['a negative JSON number', json('{"value": -5}'), '-5'],
    ['zero', json('{"value": 0}'), '0'],
    ['the largest exact JSON number', json('{"value": 9007199254740991}'), '9007199254740991'],
    ['an integer with an exponent', json('{"value": 1e3}'), '1000'],
    ['a JSON string', json('{"value": "5"}'), '5'],
    ['a JSON string of 20 digits', json('{"value": "12345678901234567890"}'), '12345678901234567890'],
    ['1,000 digits', json(`{"value": "-${'9'.repeat(1000)}"}`), `-${'9'.repeat(1000)}`],
    ['a form', form({ value: '5' }), '5'],
    ['a form with 20 digits', form({ value: '-12345678901234567890' }), '-12345678901234567890'],
  ])('takes %s', async (_name, init, value) => {
    const [newest] = (await allEvents(server)).slice(-1);
    const position = (newest?.position ?? 0) + 1;

    const response = await server.fetch('/numbers', init);

    expect(response.status).toBe(201);
    expect(response.headers.get('location')).toBe(`/numbers/${position}`);
    expect(positionIn(response)).toBe(position);
    expect(await response.json()).toEqual({ position, value });
    expect(await jsonOf(`/numbers/${position}`)).toMatchObject({ position, value, state: 'recorded' });
  });

  it('shows what is recorded as an event', async () => {
    const position = await record(server, 42);
    const { events } = await pageOf(server, `/events?after=${position - 1}`);
    expect(events).toEqual([
      {
        position,
        type: 'number.recorded',
        revision: 1,
        tags: [],
        data: { value: '42' },
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as unknown,
        commit: expect.stringMatching(/./) as unknown,
        metadata: {},
      },
    ]);
  });
});

describe('recording many numbers', () => {
  it.each([
    ['an array of bare values', 'application/json', '[1, "12345678901234567890", -3]'],
    [
      'an array of objects',
      'application/json',
      '[{"value": 1}, {"value": "12345678901234567890"}, {"value": -3}]',
    ],
    ['NDJSON of bare values', 'application/x-ndjson', '1\n"12345678901234567890"\n-3\n'],
    [
      'NDJSON of objects, with an empty line and no end of line at the end',
      'application/x-ndjson',
      '{"value": 1}\r\n\n{"value": "12345678901234567890"}\n{"value": -3}',
    ],
  ])('makes one commit of %s', async (_name, type, body) => {
    const response = await server.post('/numbers', body, { 'content-type': type });

    expect(response.status).toBe(201);
    const last = positionIn(response);
    expect(await response.json()).toEqual({ first: last - 2, last });
    const { events, next } = await pageOf(server, response.headers.get('location') ?? '');
    expect(next).toBeUndefined();
    expect(events.map(({ position }) => position)).toEqual([last - 2, last - 1, last]);
    expect(events.map(({ data }) => data)).toEqual([
      { value: '1' },
      { value: '12345678901234567890' },
      { value: '-3' },
    ]);
    expect(new Set(events.map(({ commit }) => commit)).size).toBe(1);
  });

  it('answers an array of one as an array', async () => {
    const response = await server.post('/numbers', [8]);
    const position = positionIn(response);
    expect(await response.json()).toEqual({ first: position, last: position });
    const { events } = await pageOf(server, response.headers.get('location') ?? '');
    expect(events.map((event) => event.data)).toEqual([{ value: '8' }]);
  });

  it('gives each number of a commit a page of its own', async () => {
    const last = await record(server, 10, 20, 30);
    expect(await jsonOf(`/numbers/${last - 2}`)).toMatchObject({ position: last - 2, value: '10' });
    expect(await jsonOf(`/numbers/${last - 1}`)).toMatchObject({ position: last - 1, value: '20' });
    expect(await jsonOf(`/numbers/${last}`)).toMatchObject({ position: last, value: '30' });
  });

  it('takes 10,000 in one commit, and links to the first of them', async () => {
    const before = (await allEvents(server)).length;
    const response = await server.post(
      '/numbers',
      Array.from({ length: 10_000 }, (_, index) => (index % 2 === 0 ? 1 : -1)),
    );
    expect(response.status).toBe(201);
    expect(await response.json()).toEqual({ first: before + 1, last: before + 10_000 });
    const { events } = await pageOf(server, response.headers.get('location') ?? '');
    expect(events[0]?.position).toBe(before + 1);
    expect(new Set((await allEvents(server)).slice(before).map(({ commit }) => commit)).size).toBe(1);
  });
});

describe('looking at one number', () => {
  it('links to the retraction, which is possible', async () => {
    const position = await record(server, 7);
    expect(await jsonOf(`/numbers/${position}`)).toEqual({
      position,
      value: '7',
      time: expect.stringMatching(/Z$/) as unknown,
      state: 'recorded',
      commands: { retract: { method: 'POST', href: `/numbers/${position}/retraction` } },
    });
  });

  it('tells up to which position it is true', async () => {
    const position = await record(server, 7);
    const head = await record(server, 8);
    expect(positionIn(await server.fetch(`/numbers/${position}`))).toBe(head);
  });

  it('tells of the retraction, and offers no command any more', async () => {
    const number = await record(server, 7);
    const position = await retract(server, number);
    expect(await jsonOf(`/numbers/${number}`)).toEqual({
      position: number,
      value: '7',
      time: expect.stringMatching(/Z$/) as unknown,
      state: 'retracted',
      retraction: { position, time: expect.stringMatching(/Z$/) as unknown, reason: 'a mistake' },
      commands: {},
    });
  });
});

describe('retracting a number', () => {
  it.each([
    ['JSON', (path: string) => server.post(path, { reason: 'a typo' })],
    ['a form', (path: string) => server.fetch(path, form({ reason: 'a typo' }))],
  ])('takes the reason as %s', async (_name, send) => {
    const number = await record(server, 7);
    const response = await send(`/numbers/${number}/retraction`);

    expect(response.status).toBe(201);
    expect(response.headers.get('location')).toBe(`/numbers/${number}`);
    expect(positionIn(response)).toBe(number + 1);
    expect(await response.json()).toEqual({ position: number + 1, number, reason: 'a typo' });
  });

  it('follows the link that the number gives', async () => {
    const position = await record(server, 7);
    const { commands } = (await server.json(`/numbers/${position}`)) as {
      readonly commands: { readonly retract: { readonly method: string; readonly href: string } };
    };
    const { method, href } = commands.retract;
    const response = await server.fetch(href, { ...form({ reason: 'the link says so' }), method });
    expect(response.status).toBe(201);
  });

  it('records one event, which carries the value, and changes nothing else', async () => {
    const number = await record(server, '-12345678901234567890');
    const before = await wholeLog(server);

    const position = await retract(server, number);

    const after = await wholeLog(server);
    expect(after.startsWith(before)).toBe(true);
    expect(JSON.parse(after.slice(before.length))).toMatchObject({
      position,
      type: 'number.retracted',
      tags: [`number:${number}`],
      data: { number, value: '-12345678901234567890', reason: 'a mistake' },
    });
  });

  it('takes it out of the sum', async () => {
    const number = await record(server, 1000);
    const before = await foldedUpTo(server, '/sum', number);
    const after = await foldedUpTo(server, '/sum', await retract(server, number));
    expect(BigInt(String(after['value']))).toBe(BigInt(String(before['value'])) - 1000n);
    expect(after['count']).toBe(Number(before['count']) - 1);
  });

  it('is refused the second time, and records nothing', async () => {
    const number = await record(server, 7);
    await retract(server, number);
    const before = await wholeLog(server);

    const problem = await problemOf(await server.post(`/numbers/${number}/retraction`, { reason: 'x' }), 409);

    expect(problem.type).toBe('urn:leftfold:problem:number-already-retracted');
    expect(problem.detail).toContain(`position ${number + 1}`);
    expect(await wholeLog(server)).toBe(before);
  });

  it('succeeds exactly once when two retract the same number at the same time', async () => {
    for (let round = 1; round <= 20; round += 1) {
      const number = await record(server, round);
      const answers = await Promise.all(
        ['one', 'other'].map((reason) => server.post(`/numbers/${number}/retraction`, { reason })),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
      const { events } = await pageOf(server, `/events?after=${number}`);
      expect(events.map(({ type, data }) => [type, data['number']])).toEqual([['number.retracted', number]]);
    }
  });

  it('succeeds for every number when all are retracted at the same time', async () => {
    const last = await record(server, ...Array.from({ length: 20 }, (_, index) => index));
    const numbers = Array.from({ length: 20 }, (_, index) => last - index);
    const positions = await Promise.all(numbers.map((number) => retract(server, number)));
    expect(positions.toSorted((one, other) => one - other)).toEqual(
      numbers.map((_, index) => last + 1 + index),
    );
  });
});
