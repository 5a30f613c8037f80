/** Commands over HTTP, on both platforms: the options of a decider, and what cannot be accepted. */
import type { INestApplication } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { Test } from '@nestjs/testing';
import { assign, setup } from 'xstate';
import { z } from 'zod';
import {
  EventLog,
  LeftfoldModule,
  Problem,
  defineDecider,
  defineEvent,
  positionIds,
  tag,
  uniqueValues,
  type RecordedOf,
  type SubjectIds,
} from '../../src/runtime/index.js';
import { BankModule } from '../bank/bank.js';
import { allEvents } from '../support/reading.js';
import { changedOrders } from '../support/app/orders.js';

const noteTaken = defineEvent({
  type: 'note.taken',
  schema: z.strictObject({ text: z.string() }),
  examples: [{ data: { text: 'a' } }],
});
const noteStruck = defineEvent({ type: 'note.struck', schema: z.strictObject({}), examples: [{ data: {} }] });

const machine = setup({}).createMachine({
  id: 'note',
  initial: 'unknown',
  states: {
    unknown: { on: { 'note.taken': 'taken' } },
    taken: { on: { 'note.struck': 'struck' } },
    struck: {},
  },
});

const noSuch = (text: string): Problem => new Problem('not-found', 'no-note', 'No note', `No note ${text}.`);

const noteBy = (name: string, path: string): Parameters<typeof LeftfoldModule.forFeature>[0] => ({
  deciders: [
    defineDecider({
      name,
      machine,
      consumes: [noteTaken, noteStruck],
      ids: positionIds(noSuch),
      subject: (at) => ({ query: [{ tags: [tag(`note:${at}`)] }], origin: at }),
      http: { path, view: ({ value }, at) => ({ note: at, is: value }) },
      commands: {
        take: {
          input: z.strictObject({ text: z.string() }),
          records: noteTaken,
          http: { many: true, maxMany: 3, plural: 'notes', accepts: ['application/vnd.note+json'] },
          decide: (_, input) => noteTaken.create(input),
        },
        strike: {
          input: z.strictObject({}),
          records: noteStruck,
          http: { path: 'strikes' },
          decide: (_state, _input, at) => noteStruck.create({}, [tag(`note:${at}`)]),
        },
        burn: { input: z.strictObject({}), records: noteStruck, http: false, decide: () => [] },
      },
    }),
  ],
  http: true,
});

describe.each([
  ['Fastify', () => new FastifyAdapter()],
  ['Express', () => new ExpressAdapter()],
])('commands on %s', (_name, adapter) => {
  let app: INestApplication;
  let url: string;

  beforeAll(async () => {
    const module = await Test.createTestingModule({
      imports: [
        LeftfoldModule.forRoot({ store: 'memory:' }),
        BankModule,
        LeftfoldModule.forFeature(noteBy('note', 'pad/notes')),
      ],
    }).compile();
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class
    app = module.createNestApplication(adapter(), { rawBody: true });
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  });

  afterAll(() => app.close());

  const post = (path: string, body: string, type = 'application/json'): Promise<Response> =>
    fetch(`${url}${path}`, { method: 'POST', body, headers: { 'content-type': type } });

  const refused = async (response: Response): Promise<readonly unknown[]> => {
    const { type, errors } = (await response.json()) as {
      readonly type: string;
      readonly errors?: readonly { readonly pointer?: string; readonly parameter?: string }[];
    };
    const [first] = errors ?? [];
    return [response.status, type.replace('urn:leftfold:problem:', ''), first?.pointer ?? first?.parameter];
  };

  it('are served at another path, in another media type, named by positions', async () => {
    const response = await post('/pad/notes', '{"text": "a"}', 'application/vnd.note+json');
    const { position } = (await response.json()) as { readonly position: number };
    expect([response.status, response.headers.get('location')]).toEqual([201, `/pad/notes/${position}`]);
    const note = (await (await fetch(`${url}/pad/notes/${position}`)).json()) as object;
    expect(note).toEqual({
      note: position,
      is: 'taken',
      commands: { strike: { method: 'POST', href: `/pad/notes/${position}/strikes` } },
    });
    expect((await post(`/pad/notes/${position}/strikes`, '{}')).status).toBe(201);
    expect((await post(`/pad/notes/${position}/strikes`, '{}')).status).toBe(409);
    expect((await post(`/pad/notes/${position}/burn`, '{}')).status).toBe(404);
  });

  it('are taken in an array, all or none', async () => {
    const type = 'application/vnd.note+json';
    const many = await post('/pad/notes', '[{"text": "a"}, {"text": "b"}]', type);
    const { first, last } = (await many.json()) as { readonly first: number; readonly last: number };
    expect([many.status, last - first]).toEqual([201, 1]);
    expect(many.headers.get('location')).toBe(`/events?after=${first - 1}&limit=2`);
    const four = `[${Array.from({ length: 4 }, () => '{"text": "a"}').join()}]`;
    expect(await refused(await post('/pad/notes', four, type))).toEqual([422, 'invalid-body', '#']);
    expect(await refused(await post('/pad/notes', '[]', type))).toEqual([422, 'invalid-body', '#']);
    expect(await refused(await post('/pad/notes', '[{"text": "a"}, {}]', type))).toEqual([
      422,
      'invalid-body',
      '#/1/text',
    ]);
  });

  it.each([
    ['a wrong type', '/accounts', '{"owner": 5}', [422, 'invalid-body', '#/owner']],
    ['an unknown field', '/accounts', '{"owner": "a", "rank": 1}', [422, 'invalid-body', '#/rank']],
    ['an array where none is taken', '/accounts', '[{"owner": "a"}]', [422, 'invalid-body', '#']],
    ['an id that is no text', '/accounts', '{"id": 5, "owner": "a"}', [422, 'invalid-body', '#/id']],
    [
      'an id of 10,000 characters',
      '/accounts',
      `{"id": "${'x'.repeat(10_000)}", "owner": "a"}`,
      [422, 'invalid-body', '#/id'],
    ],
    ['an id with a slash', '/accounts', '{"id": "a/b", "owner": "a"}', [422, 'invalid-body', '#/id']],
    [
      'an id in the URL that can be none',
      '/accounts/a%2Fb/open',
      '{"owner": "a"}',
      [400, 'invalid-parameter', 'id'],
    ],
    ['a parameter', '/accounts?dry=1', '{"owner": "a"}', [400, 'invalid-parameter', 'dry']],
    [
      'a number that is not exact',
      '/accounts/a/deposit',
      '{"cents": 9007199254740993}',
      [422, 'invalid-body', '#/cents'],
    ],
    ['a position that can be none', '/pad/notes/x/strikes', '{}', [404, 'no-note', undefined]],
  ])('refuse %s', async (_what, path, body, expected) => {
    expect(await refused(await post(path, body))).toEqual(expected);
  });

  it('answer other methods with 405', async () => {
    const methods = async (path: string): Promise<unknown> => {
      const response = await fetch(`${url}${path}`, { method: 'DELETE' });
      return [response.status, response.headers.get('allow')];
    };
    expect(await methods('/accounts')).toEqual([405, 'GET, HEAD, POST']);
    expect(await methods('/accounts/a')).toEqual([405, 'GET, HEAD']);
    expect(await methods('/accounts/a/deposit')).toEqual([405, 'POST']);
  });

  it('are described in OpenAPI, with examples', () => {
    const { paths } = SwaggerModule.createDocument(app, new DocumentBuilder().build());
    expect(Object.keys(paths).toSorted()).toEqual([
      '/accounts',
      '/accounts/{id}',
      '/accounts/{id}/close',
      '/accounts/{id}/deposit',
      '/accounts/{id}/open',
      '/accounts/{id}/withdraw',
      '/accounts/{key}/history',
      '/accounts/{key}/what-if',
      '/pad/notes',
      '/pad/notes/{position}',
      '/pad/notes/{position}/strikes',
      '/transfers',
    ]);
    const ids = Object.values(paths).flatMap((path) =>
      [path.get, path.post].flatMap((each) => each?.operationId ?? []),
    );
    expect(new Set(ids).size).toBe(ids.length);
    expect(paths['/transfers']?.post?.requestBody).toMatchObject({
      content: {
        'application/json': {
          schema: { type: 'object', required: ['from', 'to', 'cents'] },
          examples: { 'example 1': { value: { from: 'a', to: 'b', cents: 50 } } },
        },
      },
    });
  });
});

const itemAdded = defineEvent({ type: 'item.added', schema: z.strictObject({ item: z.string() }) });

const cartIds: SubjectIds<string> = {
  kind: 'text',
  parameter: 'cart',
  example: 'C-1',
  schema: { type: 'string', pattern: '^C-' },
  read: (text) => {
    if (!text.startsWith('C-'))
      throw new Problem('malformed', 'no-cart-id', 'No id', 'An id begins with C-.');
    return text;
  },
};

/** The first item creates the cart, and more may follow. Its context has a member with the name of one of the answer. */
const cart = defineDecider({
  name: 'cart',
  machine: setup({
    types: { context: {} as { readonly state: string }, events: {} as RecordedOf<typeof itemAdded> },
    actions: { note: assign({ state: ({ event }) => event.data.item }) },
  }).createMachine({
    id: 'cart',
    context: { state: '' },
    initial: 'empty',
    states: {
      empty: { on: { 'item.added': { target: 'filled', actions: 'note' } } },
      filled: { on: { 'item.added': { actions: 'note' } } },
    },
  }),
  consumes: [itemAdded],
  ids: cartIds,
  subject: (id) => [tag(`cart:${id}`)],
  commands: {
    add: {
      input: z.strictObject({ item: z.string() }),
      records: itemAdded,
      decide: (_, input, id) => itemAdded.create(input, [tag(`cart:${id}`)]),
    },
  },
});

describe('a command with a body of its own', () => {
  const shopping = z
    .union([z.string(), z.array(z.string())])
    .transform((given) => (typeof given === 'string' ? { text: given } : given.map((text) => ({ text }))))
    .meta({ example: 'milk' });
  const list = (ids: SubjectIds<never>) =>
    defineDecider({
      name: 'item',
      machine,
      consumes: [noteTaken, noteStruck],
      ids,
      subject: (at) => ({ query: [{ tags: [tag(`item:${String(at)}`)] }], origin: at }),
      commands: {
        add: {
          input: z.strictObject({ text: z.string() }),
          examples: [{ text: 'milk' }],
          records: noteTaken,
          http: { body: shopping, many: true, forms: true, operationId: 'addItems' },
          decide: (_, input) => noteTaken.create(input),
        },
      },
    });
  let app: NestFastifyApplication;

  beforeAll(async () => {
    const decider = list(positionIds(noSuch) as never);
    const module = await Test.createTestingModule({
      imports: [
        LeftfoldModule.forRoot({ store: 'memory:' }),
        LeftfoldModule.forFeature({ deciders: [decider], http: true }),
      ],
    }).compile();
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class
    app = module.createNestApplication(new FastifyAdapter(), { rawBody: true });
    await app.init();
  });

  afterAll(() => app.close());

  it.each([
    ['a bare value', '"milk"', { position: 1 }, ['milk']],
    ['several', '["bread", "tea"]', { first: 2, last: 3 }, ['bread', 'tea']],
    ['several that are one', '["salt"]', { first: 4, last: 4 }, ['salt']],
  ])('takes what the schema of the body takes: %s', async (_, payload, body, texts) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await app.inject({ method: 'POST', url: '/item', payload, headers });
    expect([answer.statusCode, answer.json<object>()]).toEqual([201, body]);
    const recorded = await allEvents(app.get(EventLog));
    expect(recorded.slice(-texts.length).map(({ data }) => (data as { text: string }).text)).toEqual(texts);
  });

  it.each([
    ['null', '#'],
    ['{"text": "milk"}', '#'],
  ])('refuses what it does not take, though the input would be: %s', async (payload, pointer) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await app.inject({ method: 'POST', url: '/item', payload, headers });
    expect(answer.statusCode).toBe(422);
    expect(answer.json<{ readonly errors: unknown }>().errors).toMatchObject([{ pointer }]);
  });

  it('is described by the schema of the body, and forms by that of the input', () => {
    const document = SwaggerModule.createDocument(app, new DocumentBuilder().build());
    const operation = document.paths['/item']?.post;
    expect(operation?.operationId).toBe('addItems');
    expect(operation?.requestBody).toMatchObject({
      content: {
        'application/json': {
          schema: {
            anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
            example: 'milk',
          },
        },
        'application/x-www-form-urlencoded': { schema: { properties: { text: { type: 'string' } } } },
      },
    });
  });

  it('is refused at the start where the client may choose an id, which would have no place', () => {
    expect(() => LeftfoldModule.forFeature({ deciders: [list(undefined as never)], http: true })).toThrow(
      'decider item: command add takes an id of the client',
    );
  });
});

describe('a decider whose ids are of a form of its own', () => {
  let app: NestFastifyApplication;

  beforeAll(async () => {
    const module = await Test.createTestingModule({
      imports: [
        LeftfoldModule.forRoot({ store: 'memory:' }),
        LeftfoldModule.forFeature({ deciders: [cart], http: true }),
      ],
    }).compile();
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class
    app = module.createNestApplication(new FastifyAdapter(), { rawBody: true });
    await app.init();
  });

  afterAll(() => app.close());

  const post = async (url: string, payload: object): Promise<readonly unknown[]> => {
    const answer = await app.inject({ method: 'POST', url, payload });
    const { errors } = answer.json<{ readonly errors?: readonly object[] }>();
    return [answer.statusCode, ...(errors ?? [])];
  };

  it('takes an id of that form only, in a body as in a URL', async () => {
    const fault = { pointer: '#/id', detail: 'An id begins with C-.' };
    expect(await post('/cart', { id: 'x', item: 'a' })).toEqual([422, fault]);
    expect(await post('/cart/x/add', { item: 'a' })).toEqual([400]);
    expect(await post('/cart', { item: 'a' })).toEqual([
      422,
      { pointer: '#/id', detail: 'an id is a text of at least one character' },
    ]);
    expect(await post('/cart', { id: 'C-1', item: 'a' })).toEqual([201]);
  });

  it('shows its own state, and the command that created it while that is possible', async () => {
    await post('/cart', { id: 'C-2', item: 'a' });
    expect((await app.inject('/cart/C-2')).json()).toEqual({
      cart: 'C-2',
      state: 'filled',
      commands: { add: { method: 'POST', href: '/cart/C-2/add' } },
    });
  });
});

describe('what cannot be served', () => {
  it('is refused at the start: a decider where an entity projection of the context has its entities', () => {
    const { deciders = [] } = noteBy('note', 'notes');
    const notes = changedOrders({ name: 'notes' });
    expect(() => LeftfoldModule.forFeature({ projections: [notes], deciders, http: true })).toThrow(
      'there are two paths named GET /notes/{id}',
    );
  });

  it('is refused at the start: two deciders of one context at one path', () => {
    const [note] = noteBy('note', 'notes').deciders ?? [];
    const [other] = noteBy('other', 'notes').deciders ?? [];
    if (note === undefined || other === undefined) throw new Error('there are two');
    expect(() => LeftfoldModule.forFeature({ deciders: [note, other], http: true })).toThrow(
      'there are two paths named POST /notes',
    );
  });

  it('is refused at the start: two deciders of two contexts at one path', async () => {
    const contexts = ['note', 'other'].map((name) => LeftfoldModule.forFeature(noteBy(name, 'notes')));
    const imports = [LeftfoldModule.forRoot({ store: 'memory:' }), ...contexts];
    await expect(Test.createTestingModule({ imports }).compile()).rejects.toThrow(
      'two endpoints are POST /notes; give a decider or a projection another path (http.path)',
    );
  });

  it('is refused at the start: a path of the runtime', () => {
    expect(() => LeftfoldModule.forFeature(noteBy('note', 'events/notes'))).toThrow(
      'decider note: /events is where the runtime serves its own; give another path (http.path)',
    );
  });

  it('is refused at the start: a unique value of a subject that is named by a position', () => {
    const texts = uniqueValues('text');
    const note = defineDecider({
      name: 'note',
      machine,
      consumes: [noteTaken],
      ids: positionIds(noSuch),
      subject: (at) => ({ query: [{ tags: [tag(`note:${at}`)] }], origin: at }),
      commands: {
        take: {
          input: z.strictObject({ text: z.string() }),
          records: noteTaken,
          unique: ({ text }) => [texts.claim(text, 'a')],
          decide: (_, input) => noteTaken.create(input),
        },
      },
    });
    expect(() => LeftfoldModule.forFeature({ deciders: [note], http: true })).toThrow(
      'decider note: command take claims unique values, so its subject cannot be named by a position',
    );
  });

  it('is refused at the start: a path that is none', () => {
    expect(() => LeftfoldModule.forFeature(noteBy('note', 'a b'))).toThrow(/a b is no path/);
  });
});
