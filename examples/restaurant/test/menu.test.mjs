/** The menu over HTTP. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { restaurant } from '../test-support/server.mjs';

const PIZZA = { description: 'Pepperoni', price: '10.00' };
const ADD = '/menu/items/commands/add-menu-item';

test('the menu', { timeout: 60_000 }, async (context) => {
  const { post, get, done, see, request, events, url } = await restaurant(context);

  await context.test(
    'a menu item is added: 202, its URI in Location and in the body, and the event',
    async () => {
      const { status, headers, body } = await post(ADD, PIZZA);
      assert.equal(status, 202);
      const uri = headers.get('location');
      assert.match(uri, /^\/menu\/items\/[\w-]{36}$/);
      assert.equal(body._links.self.href, uri);
      const { type, data } = (await events()).find(({ position }) => position === body.position);
      assert.deepEqual([type, data], ['menu-item.added', { id: uri.split('/').at(-1), ...PIZZA }]);
    },
  );

  await context.test('the old name of the command works as well', async () => {
    assert.equal((await post('/menu/items/commands/add', PIZZA)).status, 202);
  });

  await context.test('a description must be present', async () => {
    for (const body of [{ ...PIZZA, description: '' }, { ...PIZZA, description: ' ' }, { price: '10.00' }]) {
      const { status, sentence, headers } = await post(ADD, body);
      assert.deepEqual([status, sentence], [422, 'Description must be present.']);
      assert.match(headers.get('content-type'), /^application\/problem\+json/);
    }
    const uri = await done(ADD, PIZZA);
    const { status, sentence } = await post(`${uri}/commands/modify`, { ...PIZZA, description: '' });
    assert.deepEqual([status, sentence], [422, 'Description must be present.']);
  });

  await context.test(
    'a price is a decimal with at most two places, also as a number, and is answered as text',
    async () => {
      for (const [given, shown] of [
        ['10.00', '10.00'],
        ['10.5', '10.50'],
        ['7', '7.00'],
        ['0.10', '0.10'],
        [10.1, '10.10'],
        [9, '9.00'],
      ])
        assert.equal((await see(await done(ADD, { ...PIZZA, price: given }))).price, shown);
      const exact = await post(ADD, '{"description":"Calzone","price":10.00}');
      assert.equal((await see(exact.headers.get('location'))).price, '10.00');
      for (const price of ['10.001', '-1.00', 'ten', '', '1e2', '01.00', null, 10.001, -1, 1e30]) {
        const { status, sentence } = await post(ADD, { ...PIZZA, price });
        assert.deepEqual(
          [status, sentence?.includes('decimal with at most two places')],
          [422, true],
          String(price),
        );
      }
    },
  );

  await context.test('an item is modified while it is active', async () => {
    const uri = await done(ADD, PIZZA);
    await done(`${uri}/commands/modify`, { description: 'Hot Pepperoni', price: '12.00' });
    const { description, price, status, popularity } = await see(uri);
    assert.deepEqual([description, price, status, popularity], ['Hot Pepperoni', '12.00', 'active', 0]);
  });

  await context.test(
    'a removed item is inactive: it is neither modified nor removed again, and not on the menu',
    async () => {
      const uri = await done(ADD, PIZZA);
      await done(`${uri}/commands/remove`);
      for (const [command, body] of [
        ['remove', {}],
        ['modify', PIZZA],
      ]) {
        const { status, sentence } = await post(`${uri}/commands/${command}`, body);
        assert.deepEqual([status, sentence], [409, 'Item is inactive.']);
      }
      const { status, _links } = await see(uri);
      assert.deepEqual([status, Object.keys(_links)], ['inactive', ['self', 'commands']]);
      const { _embedded } = await see('/menu/items?size=100');
      assert.ok(!_embedded.items.some(({ id }) => uri.endsWith(id)));
    },
  );

  await context.test('an unknown item is 404', async () => {
    for (const answer of [
      await get('/menu/items/none'),
      await get('/menu/items/none/commands'),
      await post('/menu/items/none/commands/modify', PIZZA),
      await post('/menu/items/none/commands/remove'),
    ])
      assert.deepEqual([answer.status, answer.sentence], [404, 'Menu item not found.']);
  });

  await context.test('a path that there is not is a problem too', async () => {
    const { status, headers } = await get('/nothing');
    assert.equal(status, 404);
    assert.match(headers.get('content-type'), /^application\/problem\+json/);
  });

  await context.test('a command without input needs no body', async () => {
    const uri = await done(ADD, PIZZA);
    assert.equal((await request('POST', `${uri}/commands/remove`)).status, 202);
  });

  await context.test('resources are HAL, with links to the commands that the state allows now', async () => {
    const uri = await done(ADD, PIZZA);
    const { headers } = await get(uri);
    assert.match(headers.get('content-type'), /^application\/hal\+json/);
    const { _links } = await see(uri);
    assert.deepEqual(_links, {
      self: { href: uri },
      commands: { href: `${uri}/commands` },
      modify: { href: `${uri}/commands/modify` },
      remove: { href: `${uri}/commands/remove` },
    });
    assert.deepEqual(Object.keys((await see(`${uri}/commands`))._links), ['self', 'modify', 'remove']);
    assert.deepEqual(Object.keys((await see('/menu/items/commands'))._links), [
      'self',
      'add-menu-item',
      'add',
    ]);
  });

  await context.test('the list is paged and sorted', async () => {
    const { page } = await see('/menu/items');
    const { _embedded, _links } = await see('/menu/items?page=1&size=3&sort=price,desc');
    assert.equal(_embedded.items.length, 3);
    assert.deepEqual(Object.keys(_links), [
      'self',
      'first',
      'prev',
      'next',
      'last',
      'commands',
      'add-menu-item',
      'add',
    ]);
    const seen = [];
    for (let next = '/menu/items?size=3&sort=price,desc'; next !== undefined;) {
      const list = await see(next);
      assert.deepEqual(list.page, { ...list.page, size: 3, totalElements: page.totalElements });
      seen.push(...list._embedded.items);
      next = list._links.next?.href;
    }
    assert.equal(new Set(seen.map(({ id }) => id)).size, page.totalElements);
    const cents = seen.map(({ price }) => Number(price.replace('.', '')));
    assert.deepEqual(
      cents,
      cents.toSorted((one, other) => other - one),
    );
    assert.equal((await get('/menu/items?sort=colour')).status, 400);
    assert.equal((await get('/menu/items?size=0')).status, 400);
  });

  await context.test('what is there is changed by commands only: 405 with Allow', async () => {
    const uri = await done(ADD, PIZZA);
    for (const method of ['PUT', 'PATCH', 'DELETE', 'POST'])
      for (const path of [uri, '/menu/items', `${uri}/commands`]) {
        const { status, headers } = await request(method, path);
        assert.deepEqual([status, headers.get('allow')], [405, 'GET, HEAD'], `${method} ${path}`);
      }
    assert.equal((await fetch(new URL(uri, url), { method: 'HEAD' })).status, 200);
    const { status, headers } = await get(`${uri}/commands/remove`);
    assert.deepEqual([status, headers.get('allow')], [405, 'POST']);
  });

  await context.test(
    'a retry under an Idempotency-Key is answered as the first; another command under it is refused',
    async () => {
      const headers = { 'idempotency-key': randomUUID() };
      const first = await post(ADD, PIZZA, headers);
      const again = await post(ADD, PIZZA, headers);
      assert.deepEqual([again.status, again.body], [202, first.body]);
      assert.equal((await post(ADD, { ...PIZZA, price: '1.00' }, headers)).status, 422);
    },
  );

  await context.test('a reader asks for what it has written, and is spared what it has', async () => {
    const { headers, body } = await post(ADD, PIZZA);
    const uri = headers.get('location');
    const seen = await get(`${uri}?after=${body.position}`, { prefer: 'wait=5' });
    assert.equal(seen.status, 200);
    const known = await get(uri, { 'if-none-match': seen.headers.get('etag') });
    assert.equal(known.status, 304);
    const tooEarly = await get(`${uri}?after=${body.position + 100}`);
    assert.equal(tooEarly.status, 503);
  });

  await context.test('a body that is no object, or has other members, is refused', async () => {
    for (const body of ['[]', '"x"', 'null', { ...PIZZA, id: 'mine' }])
      assert.equal((await post(ADD, body)).status, 422, JSON.stringify(body));
    assert.equal((await post(ADD, '{')).status, 400);
  });
});
