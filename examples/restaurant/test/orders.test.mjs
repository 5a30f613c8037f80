/** Orders over HTTP. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { restaurant } from '../test-support/server.mjs';

const OPEN = '/orders/commands/open';

test('orders', { timeout: 60_000 }, async (context) => {
  const { post, get, done, see, events, url } = await restaurant(context);
  const add = (price) => done('/menu/items/commands/add-menu-item', { description: 'Pizza', price });
  const pizza = await add('10.00');
  const margherita = await add('8.00');
  const ann = await done('/customers/commands/sign-up', { email: 'ann@example.org' });
  const bob = await done('/customers/commands/sign-up', { email: 'bob@example.org' });
  const home = await done(`${ann}/addresses/commands/add`, { nickName: 'home', location: '1 Main Street' });
  const work = await done(`${ann}/addresses/commands/add`, { nickName: 'work', location: '2 High Street' });
  const bobs = await done(`${bob}/addresses/commands/add`, { nickName: 'home', location: '3 Low Street' });
  const idOf = (uri) => uri.split('/').at(-1);
  const open = (customer = ann) => done(OPEN, { customer });
  const addItem = (order, menuItem = pizza, quantity = 1) =>
    done(`${order}/orderItems/commands/add`, { menuItem, quantity });
  const place = async (order) => {
    await done(`${order}/commands/add-delivery-address`, { address: home });
    return done(`${order}/commands/place`);
  };
  const lastOf = async (wanted) => (await events()).filter(({ type }) => type === wanted).at(-1).data;

  await context.test('an order is opened for a customer, given by its URI or by a bare id', async () => {
    for (const customer of [ann, idOf(ann), `http://localhost:8081${ann}`]) {
      const order = await open(customer);
      assert.deepEqual(await lastOf('order.opened'), { id: idOf(order), customerId: idOf(ann) });
      const { status, customer: shown, address, items, total, _links } = await see(order);
      assert.deepEqual(Object.keys(_links), [
        'self',
        'orderItems',
        'customer',
        'commands',
        'add-delivery-address',
        'cancel',
      ]);
      assert.deepEqual([status, shown, address, items, total], ['open', idOf(ann), null, [], '0.00']);
    }
  });

  await context.test('the customer must be known', async () => {
    for (const customer of ['none', `${ann}x`]) {
      const { status, sentence } = await post(OPEN, { customer });
      assert.deepEqual([status, sentence], [404, 'Customer not found.']);
    }
    assert.equal((await post(OPEN, {})).status, 422);
    assert.equal((await post(OPEN, { customer: '/customers/' })).status, 422);
  });

  await context.test('an item is added at the price of the menu at this moment, which stays', async () => {
    const item = await add('9.99');
    const order = await open();
    const uri = await addItem(order, item, 3);
    await done(`${item}/commands/modify`, { description: 'Pizza', price: '20.00' });
    assert.deepEqual(await lastOf('item.added-to-order'), {
      orderId: idOf(order),
      orderItemId: idOf(uri),
      menuItemId: idOf(item),
      price: '9.99',
      quantity: 3,
    });
    const { price, quantity, subTotal, menuItem } = await see(uri);
    assert.deepEqual([price, quantity, subTotal, menuItem], ['9.99', 3, '29.97', idOf(item)]);
    await addItem(order, item);
    const { items, total } = await see(order);
    assert.deepEqual([items.map((each) => each.subTotal), total], [['29.97', '20.00'], '49.97']);
  });

  await context.test('at least one must be added', async () => {
    const order = await open();
    for (const quantity of [0, -1, 1.5, undefined]) {
      const { status, sentence } = await post(`${order}/orderItems/commands/add`, {
        menuItem: pizza,
        quantity,
      });
      assert.deepEqual([status, sentence], [422, 'Must add at least one item.']);
    }
    const item = await addItem(order);
    const { status, sentence } = await post(`${order}/orderItems/${idOf(item)}/commands/change-quantity`, {
      quantity: 0,
    });
    assert.deepEqual([status, sentence], [422, 'Must add at least one item.']);
  });

  await context.test('the menu item must be known and active', async () => {
    const order = await open();
    const removed = await add('5.00');
    await done(`${removed}/commands/remove`);
    for (const menuItem of ['none', removed]) {
      const { status, sentence } = await post(`${order}/orderItems/commands/add`, { menuItem, quantity: 1 });
      assert.deepEqual([status, sentence], [404, 'Menu item not found.']);
    }
  });

  await context.test('a quantity is changed, and an item removed', async () => {
    const order = await open();
    const item = await addItem(order, pizza, 2);
    const path = `${order}/orderItems/${idOf(item)}`;
    await done(`${path}/commands/change-quantity`, { quantity: 5 });
    assert.equal((await lastOf('item.quantity-changed')).quantity, 5);
    assert.equal((await see(order)).total, '50.00');
    assert.deepEqual(Object.keys((await see(`${path}/commands`))._links), [
      'self',
      'change-quantity',
      'remove',
    ]);
    assert.equal((await see(path)).quantity, 5);
    assert.equal((await get(`${await open()}/orderItems/${idOf(item)}`)).sentence, 'Order item not found.');
    await done(`${path}/commands/remove`);
    assert.deepEqual(await lastOf('item.removed-from-order'), {
      orderId: idOf(order),
      orderItemId: idOf(item),
      menuItemId: idOf(pizza),
    });
    assert.equal((await see(order)).total, '0.00');
    assert.equal((await get(item)).status, 404);
    for (const [command, body] of [
      ['change-quantity', { quantity: 1 }],
      ['remove', {}],
    ]) {
      const { status, sentence } = await post(`${path}/commands/${command}`, body);
      assert.deepEqual([status, sentence], [404, 'Order item not found.']);
    }
  });

  await context.test('a delivery address is one of the customer’s; the last one counts', async () => {
    const order = await open();
    for (const address of ['none', bobs]) {
      const { status, sentence } = await post(`${order}/commands/add-delivery-address`, { address });
      assert.deepEqual([status, sentence], [404, 'Address not found.']);
    }
    assert.equal((await get(`${order}/address`)).sentence, 'Address not found.');
    await done(`${order}/commands/add-delivery-address`, { address: home });
    await done(`${order}/commands/add-delivery-address`, { address: work });
    assert.deepEqual(await lastOf('delivery-address.added-to-order'), {
      orderId: idOf(order),
      addressId: idOf(work),
    });
    assert.equal((await see(order)).address, idOf(work));
    const { nickName, location } = await see(`${order}/address`);
    assert.deepEqual([nickName, location], ['work', '2 High Street']);
  });

  await context.test('placing needs an item and a delivery address', async () => {
    const order = await open();
    const refused = async () => {
      const { status, sentence } = await post(`${order}/commands/place`);
      assert.deepEqual([status, sentence], [409, 'Order must have an item and a delivery address.']);
      assert.ok(!('place' in (await see(order))._links));
    };
    await refused();
    const item = await addItem(order);
    await refused();
    await done(`${order}/commands/add-delivery-address`, { address: home });
    assert.ok('place' in (await see(order))._links);
    await done(`${order}/orderItems/${idOf(item)}/commands/remove`);
    await refused();
    await addItem(order);
    await done(`${order}/commands/place`);
    assert.equal((await see(order)).status, 'placed');
  });

  await context.test(
    'once it is placed or cancelled, an order must be open for everything, and has no commands',
    async () => {
      for (const end of ['place', 'cancel']) {
        const order = await open();
        const item = await addItem(order);
        await done(`${order}/commands/add-delivery-address`, { address: home });
        assert.ok('cancel' in (await see(order))._links);
        await done(`${order}/commands/${end}`);
        const path = `${order}/orderItems/${idOf(item)}/commands`;
        for (const [command, body] of [
          [`${order}/orderItems/commands/add`, { menuItem: pizza, quantity: 1 }],
          [`${path}/change-quantity`, { quantity: 2 }],
          [`${path}/remove`, {}],
          [`${order}/commands/add-delivery-address`, { address: home }],
          [`${order}/commands/place`, {}],
          [`${order}/commands/cancel`, {}],
        ]) {
          const { status, sentence } = await post(command, body);
          assert.deepEqual([status, sentence], [409, 'Order must be open.'], command);
        }
        for (const commands of [`${order}/commands`, `${order}/orderItems/commands`, path])
          assert.deepEqual(Object.keys((await see(commands))._links), ['self'], commands);
        const { status, _links } = await see(order);
        assert.equal(status, end === 'place' ? 'placed' : 'cancelled');
        assert.deepEqual(Object.keys(_links), ['self', 'orderItems', 'customer', 'address', 'commands']);
      }
    },
  );

  await context.test('an unknown order is 404', async () => {
    for (const answer of [
      await get('/orders/none'),
      await get('/orders/none/orderItems'),
      await get('/orders/none/customer'),
      await post('/orders/none/commands/place'),
      await post('/orders/none/orderItems/commands/add', { menuItem: pizza, quantity: 1 }),
    ])
      assert.deepEqual([answer.status, answer.sentence], [404, 'Order not found.']);
  });

  await context.test('the copies of customers follow what is published', async () => {
    const carl = await done('/customers/commands/sign-up', { email: 'carl@example.org' });
    const order = await open(carl);
    assert.equal((await see(`${order}/customer`)).email, 'carl@example.org');
    await done(`${carl}/commands/change-email`, { email: 'carl@example.com' });
    assert.equal((await see(`${order}/customer`)).email, 'carl@example.com');
  });

  await context.test('orders and their items are listed', async () => {
    const order = await open();
    await addItem(order, pizza);
    await addItem(order, margherita, 2);
    const { _embedded, page } = await see(`${order}/orderItems`);
    assert.deepEqual([page.totalElements, _embedded.orderItems.length], [2, 2]);
    const { _embedded: all } = await see('/orders?sort=total,desc&size=100');
    const totals = all.orders.map(({ total }) => Number(total.replace('.', '')));
    assert.deepEqual(
      totals,
      totals.toSorted((one, other) => other - one),
    );
    assert.equal((await see('/orders/commands'))._links.open.href, OPEN);
  });

  await context.test(
    'popularity is the number of orders that the item was added to and not removed from',
    async () => {
      const item = await add('1.00');
      const popularity = async () => (await see(item)).popularity;
      const [one, other, third] = [await open(), await open(), await open()];
      const first = await addItem(one, item);
      const second = await addItem(one, item);
      assert.equal(await popularity(), 1);
      await addItem(other, item);
      assert.equal(await popularity(), 2);
      await done(`${one}/orderItems/${idOf(first)}/commands/remove`);
      assert.equal(await popularity(), 2);
      await done(`${one}/orderItems/${idOf(second)}/commands/remove`);
      assert.equal(await popularity(), 1);
      await place(other);
      await addItem(third, item);
      await done(`${third}/commands/cancel`);
      assert.equal(await popularity(), 2);
      await done(`${item}/commands/remove`);
      assert.equal(await popularity(), 2);
    },
  );

  await context.test('an event that only this context records cannot come from outside', async () => {
    const event = { type: 'order.placed', data: { id: 'x', menuItemIds: [] } };
    const { status } = await post('/events', { events: [event] });
    assert.equal(status, 405);
    assert.match(url, /127\.0\.0\.1/);
  });
});
