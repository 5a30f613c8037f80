import { allEvents, answerOf, problemOf, record, wholeLog, type Answer } from '../support/api.js';
import { Server, TemporaryFolder } from '../support/server.js';

const folder = new TemporaryFolder();
let server: Server;

const start = async (): Promise<void> => {
  server = await Server.start({ LEFTFOLD_DATA: folder.path });
  await server.ready();
};

beforeAll(start);

afterAll(async () => {
  await server.stop();
  folder.remove();
});

let keys = 0;
const newKey = (): string => {
  keys += 1;
  return `key-${keys}`;
};

type Send = (key: string) => Promise<Answer>;

const send =
  (path: string, body: unknown): Send =>
  async (key) =>
    answerOf(await server.post(path, body, { 'idempotency-key': key }));

const sendForm =
  (path: string, fields: Readonly<Record<string, string>>): Send =>
  async (key) =>
    answerOf(
      await server.fetch(path, {
        method: 'POST',
        headers: { 'idempotency-key': key },
        body: new URLSearchParams(fields),
      }),
    );

const retraction = async (): Promise<Send> =>
  send(`/entries/${await record(server, 7)}/retraction`, { reason: 'a typo' });

const commands: readonly (readonly [name: string, command: () => Promise<Send>])[] = [
  ['POST /entries', () => Promise.resolve(send('/entries', { value: 5 }))],
  ['POST /entries with an array', () => Promise.resolve(send('/entries', [5, 6, 7]))],
  ['POST /entries/{position}/retraction', retraction],
  ['POST /push', () => Promise.resolve(send('/push', { event: 5 }))],
  [
    'POST /events',
    () => Promise.resolve(send('/events', { events: [{ type: 'entry.recorded', data: { value: '5' } }] })),
  ],
];

describe.each(commands)('a retried %s', (_name, command) => {
  it('is answered as the first time, and records nothing', async () => {
    const sent = await command();
    const key = newKey();
    const first = await sent(key);
    const before = await wholeLog(server);

    expect(first.status).toBe(201);
    expect(await sent(key)).toEqual(first);
    expect(await wholeLog(server)).toBe(before);
  });

  it('is answered as the first time when others were recorded in between', async () => {
    const sent = await command();
    const key = newKey();
    const first = await sent(key);
    await record(server, 1, 2, 3);
    expect(await sent(key)).toEqual(first);
  });

  it('is answered as the first time after a restart', async () => {
    const sent = await command();
    const key = newKey();
    const first = await sent(key);
    await server.stop();
    await start();
    expect(await sent(key)).toEqual(first);
  });

  it('is recorded once when ten come at the same time', async () => {
    const sent = await command();
    const key = newKey();
    const before = (await allEvents(server)).length;

    const answers = await Promise.all(Array.from({ length: 10 }, () => sent(key)));

    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]?.status).toBe(201);
    const recorded = (await allEvents(server)).slice(before);
    expect(new Set(recorded.map(({ commit }) => commit)).size).toBe(1);
    expect(recorded.at(-1)?.position).toBe(Number(answers[0]?.position));
  });
});

describe('the same request in another form', () => {
  it('is the same: 5, "5" and a form', async () => {
    const key = newKey();
    const first = await send('/entries', { value: 5 })(key);
    expect(await send('/entries', { value: '5' })(key)).toEqual(first);
    expect(await sendForm('/entries', { value: '5' })(key)).toEqual(first);
  });

  it('is the same: an array of bare values, of objects, and NDJSON', async () => {
    const key = newKey();
    const first = await send('/entries', [5, 6])(key);
    expect(await send('/entries', [{ value: '5' }, { value: 6 }])(key)).toEqual(first);
    const lines = await server.post('/entries', '5\n6\n', {
      'content-type': 'application/x-ndjson',
      'idempotency-key': key,
    });
    expect(await answerOf(lines)).toEqual(first);
  });

  it('is the same on /push: a form and JSON', async () => {
    const key = newKey();
    const first = await sendForm('/push', { event: '5' })(key);
    expect(await send('/push', { event: 5 })(key)).toEqual(first);
  });

  it('is the same on a retraction: a form and JSON', async () => {
    const path = `/entries/${await record(server, 7)}/retraction`;
    const key = newKey();
    const first = await send(path, { reason: 'a typo' })(key);
    expect(await sendForm(path, { reason: 'a typo' })(key)).toEqual(first);
  });

  it('is the same when the key comes in quotes, as the draft has it', async () => {
    const key = newKey();
    const first = await send('/entries', { value: 5 })(key);
    expect(await send('/entries', { value: 5 })(`"${key}"`)).toEqual(first);
  });
});

describe('another request with the same key', () => {
  const others: readonly (readonly [name: string, path: string, body: unknown])[] = [
    ['another number', '/entries', { value: 6 }],
    ['many numbers', '/entries', [5, 5]],
    ['an array of this one number, whose answer would be another', '/entries', [5]],
    ['another command', '/push', { event: 6 }],
    ['an append', '/events', { events: [{ type: 'entry.recorded', data: { value: '6' } }] }],
  ];

  it.each(others)('is refused: %s', async (_name, path, body) => {
    const key = newKey();
    await send('/entries', { value: 5 })(key);
    const before = await wholeLog(server);

    const problem = await problemOf(await server.post(path, body, { 'idempotency-key': key }), 422);

    expect(problem.type).toBe('urn:leftfold:problem:idempotency-key-reused');
    expect(problem.errors?.[0]?.header).toBe('Idempotency-Key');
    expect(await wholeLog(server)).toBe(before);
  });

  it('is refused: a retraction for another reason, or of another number', async () => {
    const last = await record(server, 7, 8);
    const key = newKey();
    expect((await send(`/entries/${last}/retraction`, { reason: 'one' })(key)).status).toBe(201);
    expect((await send(`/entries/${last}/retraction`, { reason: 'other' })(key)).status).toBe(422);
    expect((await send(`/entries/${last - 1}/retraction`, { reason: 'one' })(key)).status).toBe(422);
  });

  it('leaves the first one’s answer as it was', async () => {
    const key = newKey();
    const first = await send('/entries', { value: 5 })(key);
    await send('/entries', { value: 6 })(key);
    expect(await send('/entries', { value: 5 })(key)).toEqual(first);
  });
});

describe('a refused request', () => {
  it('does not use its key up', async () => {
    const key = newKey();
    expect((await send('/entries', { value: 'abc' })(key)).status).toBe(422);
    expect((await send('/entries', { value: 5 })(key)).status).toBe(201);
  });
});

describe('a key that is none', () => {
  it.each([
    ['empty', ''],
    ['an empty pair of quotes', '""'],
    ['too long', 'k'.repeat(201)],
    ['not ASCII', 'clé'],
  ])('is refused: %s', async (_name, key) => {
    const before = await wholeLog(server);
    const problem = await problemOf(
      await server.post('/entries', { value: 5 }, { 'idempotency-key': key }),
      400,
    );
    expect(problem.type).toBe('urn:leftfold:problem:invalid-header');
    expect(problem.errors?.[0]?.header).toBe('Idempotency-Key');
    expect(await wholeLog(server)).toBe(before);
  });

  it('is not refused at its longest', async () => {
    expect((await send('/entries', { value: 5 })('k'.repeat(200))).status).toBe(201);
  });
});

describe('correlation', () => {
  it.each([
    ['/entries', { value: 5 }],
    ['/entries', [5, 6]],
    ['/push', { event: 5 }],
    ['/events', { events: [{ type: 'entry.recorded', data: { value: '5' } }] }],
  ])('is recorded in the metadata of every event: POST %s %j', async (path, body) => {
    const before = (await allEvents(server)).length;
    await server.post(path, body, { 'x-correlation-id': 'order-7', 'x-causation-id': 'click-8' });
    for (const { metadata } of (await allEvents(server)).slice(before)) {
      expect(metadata).toEqual({ correlationId: 'order-7', causationId: 'click-8' });
    }
  });

  it('is recorded with a retraction', async () => {
    const number = await record(server, 7);
    await server.post(`/entries/${number}/retraction`, { reason: 'x' }, { 'x-correlation-id': 'order-7' });
    expect((await allEvents(server)).at(-1)?.metadata).toEqual({ correlationId: 'order-7' });
  });

  it('is refused when it is too long', async () => {
    const before = await wholeLog(server);
    const problem = await problemOf(
      await server.post('/entries', { value: 5 }, { 'x-correlation-id': 'c'.repeat(201) }),
      400,
    );
    expect(problem.errors?.[0]?.header?.toLowerCase()).toBe('x-correlation-id');
    expect(await wholeLog(server)).toBe(before);
  });
});
