/** Where commands are, on both platforms: members of the input in the path. */
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { createClient } from '../../src/runtime/client/index.js';
import { fillFirst, shelves } from '../support/app/shelves.js';
import {
  serveDishes,
  type addItem,
  type orders,
  type Answered,
  type Items,
  type ServedDishes,
} from '../support/app/dishes.js';

describe.each([
  ['Fastify', () => new FastifyAdapter()],
  ['Express', () => new ExpressAdapter()],
])('commands on %s', (platform, adapter) => {
  let served: ServedDishes;

  beforeAll(async () => {
    served = await serveDishes(adapter(), [shelves, fillFirst]);
    await send('dishes', { id: 'soup' });
    await send('orders', { id: 'o' });
    for (const id of ['s', 'first']) await send('shelves', { id });
  });
  afterAll(() => served.app.close());

  const send: ServedDishes['send'] = (...request) => served.send(...request);
  const put = (item: string): Promise<Answered> =>
    send('orders/o/items', { item, dish: 'soup', quantity: 1 });

  it('take members of the input from the path, and make an id where none is sent', async () => {
    const { status, location, position, body } = await send('orders/o/items', { dish: 'soup', quantity: 1 });
    expect(status).toBe(202);
    expect(location).toMatch(/^\/api\/items\/[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(body).toEqual({ position, links: { self: location, order: '/api/orders/o' } });
    expect((await put('mine')).location).toBe('/api/items/mine');
    const of = (await (await fetch(`${served.url}/orders/o`)).json()) as { readonly items: Items };
    expect(Object.keys(of.items)).toEqual([location.slice('/api/items/'.length), 'mine']);
  });

  it('are sent by the client, whose input has all members', async () => {
    interface Server {
      readonly deciders: { readonly orders: typeof orders };
      readonly decisions: { readonly 'add-item': typeof addItem };
    }
    const client = createClient<Server>({
      url: served.url,
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
    await createClient({ url: served.url }).decide('orders/{order}/items', items);
    expect(await client.decider('orders').get(order.order)).toMatchObject({
      items: { 'a b': 5, c: 2, d: 2 },
    });
    expect(() => client.decide('add-item', { ...order, order: '..', item: 'x', quantity: 1 })).toThrow(
      '".." cannot be a part of a path',
    );
    expect(() => createClient({ url: served.url }).decide('orders/{order}/items', { dish: 'soup' })).toThrow(
      'the input needs order, a text, number or boolean: it is sent in the path orders/{order}/items',
    );
    const mixed = [order, { ...order, order: 'other' }];
    expect(() => createClient({ url: served.url }).decide('orders/{order}/items', mixed)).toThrow(
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

  it('have static parts before parameters, whichever was declared first', async () => {
    const bodies = [];
    for (const path of ['s/slots/a', 's/slots/all', 'first/slots/a', 'first/slots/all'])
      bodies.push((await send(`shelves/${path}`, {})).body);
    expect(bodies).toEqual(['fill', 'fillAll', 'fillFirst', 'fillFirst']);
  });

  it('take numbers in the path as JSON has them', async () => {
    const weigh = (weight: string) => send(`shelves/s/slots/a/weights/${weight}`, {});
    const before = (await weigh('0')).body['weight'] as number;
    for (const weight of ['1.50', '1e3', '-2.5E-1']) expect((await weigh(weight)).status).toBe(201);
    expect((await weigh('0')).body).toMatchObject({ weight: before + 1.5 + 1000 - 0.25 });
    for (const weight of ['01', '+1', '1.', 'x', '12345678901234567890'])
      expect(await weigh(weight)).toMatchObject({ status: 400, body: { errors: [{ parameter: 'weight' }] } });
    expect(JSON.stringify((await weigh('12345678901234567890')).body)).toContain('not exact');
  });

  it.each([
    [
      'a coding that is not read',
      'orders/o/items',
      { 'content-encoding': 'compress' },
      415,
      'Content-Encoding',
    ],
    [
      'a charset that is not read',
      'orders/o/items',
      { 'content-type': 'application/json; charset=koi8-x' },
      415,
      'Content-Type',
    ],
  ])('refuse %s by a problem', async (_what, path, headers, status, header) => {
    const { body } = await send(path, { dish: 'soup', quantity: 1 }, headers);
    expect(body).toMatchObject({
      status,
      type: 'urn:leftfold:problem:unsupported-media-type',
      errors: [{ header }],
    });
  });

  it.each(['orders/%ff/items', 'orders/o/items/%c3/quantity'])(
    'refuse a path that cannot be decoded: %s',
    async (path) => {
      const { status, body } = await send(path, { dish: 'soup', quantity: 1 });
      expect(status).toBe(400);
      // Fastify finds no route for it, and answers as the application has set it up (`frameworkErrors`).
      if (platform === 'Express') expect(body['type']).toBe('urn:leftfold:problem:malformed-request');
    },
  );

  it('refuse a body that is not of its coding', async () => {
    const { body } = await send('orders/o/items', {}, { 'content-encoding': 'gzip' });
    expect([body['status'], body['type']]).toEqual(
      platform === 'Express'
        ? [400, 'urn:leftfold:problem:malformed-body']
        : [415, 'urn:leftfold:problem:unsupported-media-type'],
    );
  });

  it('link to a command whose path has members as a template', async () => {
    const shown = (await (await fetch(`${served.url}/orders/o`)).json()) as { readonly commands: object };
    expect(shown.commands).toEqual({
      change: { method: 'POST', href: '/api/orders/o/items/{item}/quantity', templated: true },
    });
  });

  it('answer other methods with 405', async () => {
    const answer = await fetch(`${served.url}/orders/o/items`);
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('are described with their parameters and statuses', () => {
    const { paths } = SwaggerModule.createDocument(
      served.app as NestFastifyApplication,
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
