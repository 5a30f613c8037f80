/** Where commands are and how they answer, on both platforms: members of the input in the path, ids that are made, and other answers than the standard one. */
import type { INestApplication } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { Test } from '@nestjs/testing';
import { assign, setup } from 'xstate';
import { z } from 'zod';
import { createClient } from '../../src/runtime/client/index.js';
import {
  LeftfoldModule,
  decideTogether,
  defineDecider,
  defineEvent,
  subjectId,
  tag,
  type RecordedOf,
  type Servable,
} from '../../src/runtime/index.js';

const dishAdded = defineEvent({ type: 'dish.added', schema: z.strictObject({}) });
const orderOpened = defineEvent({ type: 'order.opened', schema: z.strictObject({}) });
const itemAdded = defineEvent({
  type: 'item.added',
  schema: z.strictObject({ item: z.string(), dish: z.string(), quantity: z.int() }),
});
const quantityChanged = defineEvent({
  type: 'quantity.changed',
  schema: z.strictObject({ item: z.string(), quantity: z.int() }),
});
const ofOrder = (id: string) => tag(`order:${id}`);
const ofDish = (id: string) => tag(`dish:${id}`);

const dishes = defineDecider({
  name: 'dish',
  machine: setup({}).createMachine({
    id: 'dish',
    initial: 'unknown',
    states: {
      unknown: { on: { 'dish.added': 'known' } },
      known: { on: { 'item.added': 'known' } },
    },
  }),
  consumes: [dishAdded, itemAdded],
  subject: (id: string) => [ofDish(id)],
  http: { path: 'dishes' },
  commands: {
    add: {
      input: z.strictObject({}),
      records: dishAdded,
      http: { status: 204 },
      decide: (_state, _input, id) => dishAdded.create({}, [ofDish(id)]),
    },
  },
});

type Items = Readonly<Record<string, number>>;

const orders = defineDecider({
  name: 'order',
  machine: setup({
    types: {
      context: {} as { readonly items: Items },
      events: {} as RecordedOf<typeof orderOpened | typeof itemAdded | typeof quantityChanged>,
    },
    actions: {
      note: assign({
        items: ({ context, event }) =>
          'item' in event.data ? { ...context.items, [event.data.item]: event.data.quantity } : context.items,
      }),
    },
  }).createMachine({
    id: 'order',
    context: { items: {} },
    initial: 'unknown',
    states: {
      unknown: { on: { 'order.opened': 'open' } },
      open: { on: { 'item.added': { actions: 'note' }, 'quantity.changed': { actions: 'note' } } },
    },
  }),
  consumes: [orderOpened, itemAdded, quantityChanged],
  subject: (id: string) => [ofOrder(id)],
  http: { path: 'orders' },
  commands: {
    open: {
      input: z.strictObject({}),
      records: orderOpened,
      http: { shows: true },
      decide: (_state, _input, id) => orderOpened.create({}, [ofOrder(id)]),
    },
    change: {
      input: z.strictObject({ item: z.string(), quantity: z.int().positive() }),
      examples: [{ item: 'i', quantity: 2 }],
      records: quantityChanged,
      http: { path: 'items/{item}/quantity', shows: true, status: 200, location: 'orders/{id}/items/{item}' },
      decide: (_state, input, id) => quantityChanged.create(input, [ofOrder(id)]),
    },
  },
});

const addItem = decideTogether({
  name: 'add-item',
  input: z.strictObject({
    order: subjectId,
    item: z.string(),
    dish: subjectId,
    quantity: z.int().positive(),
  }),
  examples: [{ order: 'o', dish: 'd', quantity: 2 }],
  models: ({ order, dish }) => ({ order: orders.decisionModel(order), dish: dishes.decisionModel(dish) }),
  records: { order: itemAdded, dish: itemAdded },
  http: {
    path: 'orders/{order}/items',
    makes: 'item',
    location: 'items/{item}',
    status: 202,
    many: true,
    answer: ({ commit, location, link, inputs: [input] }) => ({
      position: commit.last,
      links: { self: location, order: link(`/orders/${String(input?.order)}`) },
    }),
    answerSchema: z.object({ position: z.int(), links: z.object({ self: z.string(), order: z.string() }) }),
  },
  decide: (_state, { order, ...item }) => itemAdded.create(item, [ofOrder(order), ofDish(item.dish)]),
});

const contexts = [
  LeftfoldModule.forFeature({
    contracts: [dishAdded, orderOpened, itemAdded, quantityChanged],
    deciders: [dishes, orders, addItem],
    http: true,
  }),
];

describe.each([
  ['Fastify', () => new FastifyAdapter()],
  ['Express', () => new ExpressAdapter()],
])('commands on %s', (_name, adapter) => {
  let app: INestApplication;
  let url: string;

  beforeAll(async () => {
    const imports = [
      LeftfoldModule.forRoot({ store: 'memory:', http: { prefix: 'api', health: true } }),
      ...contexts,
    ];
    const module = await Test.createTestingModule({ imports }).compile();
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class
    app = module.createNestApplication(adapter(), { rawBody: true });
    await app.listen(0, '127.0.0.1');
    url = `${await app.getUrl()}/api`;
    await send('dishes', { id: 'soup' });
    await send('orders', { id: 'o' });
  });
  afterAll(() => app.close());

  const send = async (path: string, body: unknown, headers: Readonly<Record<string, string>> = {}) => {
    const answer = await fetch(`${url}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      location: answer.headers.get('location') ?? '',
      position: Number(answer.headers.get('leftfold-position')),
      text,
      body: (text === '' ? {} : JSON.parse(text)) as Readonly<Record<string, unknown>>,
    };
  };
  const put = (item: string) => send('orders/o/items', { item, dish: 'soup', quantity: 1 });

  it('take members of the input from the path, and make an id where none is sent', async () => {
    const { status, location, position, body } = await send('orders/o/items', { dish: 'soup', quantity: 1 });
    expect(status).toBe(202);
    expect(location).toMatch(/^\/api\/items\/[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(body).toEqual({ position, links: { self: location, order: '/api/orders/o' } });
    expect((await put('mine')).location).toBe('/api/items/mine');
    const of = (await (await fetch(`${url}/orders/o`)).json()) as { readonly items: Items };
    expect(Object.keys(of.items)).toEqual([location.slice('/api/items/'.length), 'mine']);
  });

  it('answer a retry with the id that was made first, and refuse another body under its key', async () => {
    const keyed = (quantity: number) =>
      send('orders/o/items', { dish: 'soup', quantity }, { 'idempotency-key': 'made-once' });
    const first = await keyed(3);
    expect(await keyed(3)).toEqual(first);
    expect((await keyed(4)).status).toBe(422);
    const other = await send(
      'orders/p/items',
      { dish: 'soup', quantity: 3 },
      { 'idempotency-key': 'made-once' },
    );
    expect(other.status).toBe(422);
  });

  it('are sent by the client, whose input has all members', async () => {
    interface Server {
      readonly deciders: { readonly orders: typeof orders };
      readonly decisions: { readonly 'add-item': typeof addItem };
    }
    const client = createClient<Server>({
      url,
      routes: { orders: { change: 'items/{item}/quantity' } },
      paths: { decisions: { 'add-item': 'orders/{order}/items' } },
    });
    const order = { order: 'my order', dish: 'soup' };
    await client.decider('orders').create<'open'>({ id: order.order });
    await client.decide('add-item', { ...order, item: 'a b', quantity: 1 });
    const changed = await client
      .decider('orders')
      .execute(order.order, 'change', { item: 'a b', quantity: 5 });
    expect(changed).toMatchObject({
      location: '/api/orders/my%20order/items/a%20b',
      body: { items: { 'a b': 5 } },
    });
    const items = ['c', 'd'].map((item) => ({ ...order, item, quantity: 2 }));
    await createClient({ url }).decide('orders/{order}/items', items);
    expect(await client.decider('orders').get(order.order)).toMatchObject({
      items: { 'a b': 5, c: 2, d: 2 },
    });
    expect(() => client.decide('add-item', { ...order, order: '..', item: 'x', quantity: 1 })).toThrow(
      '".." cannot be a part of a path',
    );
    expect(() => createClient({ url }).decide('orders/{order}/items', { dish: 'soup' })).toThrow(
      'the input needs order, a text, number or boolean: it is sent in the path orders/{order}/items',
    );
    const mixed = [order, { ...order, order: 'other' }];
    expect(() => createClient({ url }).decide('orders/{order}/items', mixed)).toThrow(
      'inputs that are sent together have one path',
    );
  });

  it('take several inputs for one path', async () => {
    const two = [1, 2].map((quantity) => ({ dish: 'soup', quantity }));
    const { status, location } = await send('orders/o/items', two);
    expect(status).toBe(202);
    expect(location).toMatch(/^\/api\/events\?after=\d+&limit=2$/);
  });

  it('refuse a member that the path says already, and a path that the schema does not take', async () => {
    const twice = await send('orders/o/items', { order: 'o', dish: 'soup', quantity: 1 });
    expect(twice).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '#/order', detail: 'the URL says order already' }] },
    });
    const long = await send(`orders/${'ö'.repeat(20)}/items`, { dish: 'soup', quantity: 1 });
    expect(long).toMatchObject({ status: 400, body: { errors: [{ parameter: 'order' }] } });
    const [chosen, unknown] = [
      await put('x'),
      await send('orders/none/items', { dish: 'soup', quantity: 1 }),
    ];
    expect([chosen.status, unknown.status]).toEqual([202, 404]);
    expect(await send('orders/o/items', {})).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '#/dish' }, { pointer: '#/quantity' }] },
    });
  });

  it('answer with their subject as this commit has made it, also to a retry', async () => {
    await put('changed');
    const change = (quantity: number, key: string) =>
      send('orders/o/items/changed/quantity', { quantity }, { 'idempotency-key': key });
    const first = await change(5, 'first');
    expect(first).toMatchObject({ status: 200, location: '/api/orders/o/items/changed' });
    expect(first.body).toMatchObject({ id: 'o', state: 'open', items: { changed: 5 } });
    expect((await change(6, 'second')).body).toMatchObject({ items: { changed: 6 } });
    expect(await change(5, 'first')).toEqual(first);
    const opened = await send('orders', { id: 'shown' });
    expect(opened).toMatchObject({ status: 201, body: { id: 'shown', state: 'open', items: {} } });
  });

  it('link to a command whose path has members as a template', async () => {
    const shown = (await (await fetch(`${url}/orders/o`)).json()) as { readonly commands: object };
    expect(shown.commands).toEqual({
      change: { method: 'POST', href: '/api/orders/o/items/{item}/quantity', templated: true },
    });
  });

  it('answer without a body where they say 204', async () => {
    expect(await send('dishes', { id: 'bread' })).toMatchObject({
      status: 204,
      text: '',
      location: '/api/dishes/bread',
    });
  });

  it('answer other methods with 405', async () => {
    const answer = await fetch(`${url}/orders/o/items`);
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('are described with their parameters and statuses', () => {
    const { paths } = SwaggerModule.createDocument(
      app as NestFastifyApplication,
      new DocumentBuilder().build(),
    );
    const post = (path: string) =>
      paths[path]?.post as unknown as {
        readonly parameters: readonly { readonly name: string; readonly in: string }[];
        readonly requestBody: {
          readonly content: Readonly<
            Record<string, { readonly schema: unknown; readonly examples: unknown }>
          >;
        };
        readonly responses: Readonly<Record<string, unknown>>;
      };
    const add = post('/api/orders/{order}/items');
    expect(add.parameters.filter((each) => each.in === 'path')).toMatchObject([
      { name: 'order', schema: { type: 'string', maxLength: 100 } },
    ]);
    const { schema, examples } = add.requestBody.content['application/json'] ?? {};
    expect(schema).toMatchObject({ oneOf: [{ required: ['dish', 'quantity'] }, { type: 'array' }] });
    expect(JSON.stringify(schema)).not.toContain('"order"');
    expect(examples).toEqual({ 'example 1': { value: { dish: 'd', quantity: 2 } } });
    expect(Object.keys(add.responses)).toContain('202');
    expect(Object.keys(add.responses)).not.toContain('201');
    expect(post('/api/dishes').responses['204']).not.toHaveProperty('content');
    const change = post('/api/orders/{id}/items/{item}/quantity');
    expect(change.parameters.filter((each) => each.in === 'path').map(({ name }) => name)).toEqual([
      'id',
      'item',
    ]);
    expect(JSON.stringify(change.responses['200'])).toContain('"templated"');
  });
});

describe('a command cannot be served whose', () => {
  const input = z.strictObject({ order: subjectId, item: z.string() });
  const served = (deciders: readonly Servable[]) => () => LeftfoldModule.forFeature({ deciders, http: true });
  const joint = (http: object) =>
    served([
      decideTogether({
        ...addItem,
        name: 'add',
        input,
        http,
        models: () => ({}),
        records: {},
        decide: () => [],
      }),
    ]);

  it.each([
    ['path names no member', { path: 'orders/{id}/items' }, 'http.path names id'],
    ['path names a member twice', { path: 'orders/{order}/{order}' }, 'its path has {order} twice'],
    ['path begins with a parameter', { path: '{order}/items' }, 'begins with a parameter'],
    ['path is of the runtime', { path: 'events/{order}' }, '/events is where the runtime serves its own'],
    ['path has an unfinished parameter', { path: 'orders/{order' }, 'is no path'],
    ['made member is none', { makes: 'thing' }, 'http.makes names thing'],
    ['made member is in the path', { path: 'orders/{item}', makes: 'item' }, '{item} is in its path'],
    ['location names no member', { location: 'items/{thing}' }, 'http.location names thing'],
    [
      'body gives the whole input',
      { path: 'orders/{order}', body: input },
      'http.body gives the whole input',
    ],
    ['subjects are several, which it is to show', { shows: true }, 'so it shows none'],
  ])('%s', (_what, http, message) => {
    expect(joint(http)).toThrow(message);
  });

  it('subject is shown together with another answer', () => {
    const { change, ...commands } = orders.commands;
    const decider = (http: object): Servable =>
      ({ ...orders, commands: { ...commands, change: { ...change, http } } }) as never;
    expect(served([decider({ shows: true, many: true })])).toThrow('so it takes no arrays');
    expect(served([decider({ shows: true, status: 204 })])).toThrow('has no other answer');
    expect(served([decider({ path: 'x/{id}' })])).toThrow('http.path names id');
  });
});
