/** The restaurant as four processes: the same answers, and the same state, as in one. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { client, folder, start } from '../test-support/server.mjs';

const APART = new URL('../apart.mjs', import.meta.url).pathname;

/** The digests of all projections, by name, once they have folded the log. */
async function digests(...servers) {
  const all = [];
  for (const { get } of servers) {
    for (;;) {
      const { head, projections } = (await get('/projections')).body;
      if (projections.some(({ position }) => position < head)) continue;
      all.push(...projections.map(({ name, digest }) => [name, digest]));
      break;
    }
  }
  return Object.fromEntries(all.toSorted());
}

/** `npm run apart` on free ports. */
async function apart(context, data) {
  const script = spawn(process.execPath, [APART], {
    env: { ...process.env, DATA: data, PORTS: '0,0,0,0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const end = async () => {
    if (script.exitCode !== null || script.signalCode !== null) return;
    script.kill('SIGTERM');
    await once(script, 'exit');
  };
  context.after(end);
  const urls = {};
  for await (const line of createInterface({ input: script.stdout })) {
    if (line === 'all four listen') break;
    const [name, url] = line.split(' ');
    urls[name] = client(url);
  }
  return { ...urls, end };
}

test(
  'taken apart, contexts decide over one log, and fold the same as one process does',
  { timeout: 120_000 },
  async (context) => {
    const data = folder(context);
    const { log, menu, customers, orders, end } = await apart(context, data);

    const pizza = await menu.done('/menu/items/commands/add-menu-item', {
      description: 'Pizza',
      price: '10.00',
    });
    const ann = await customers.done('/customers/commands/sign-up', { email: 'ann@example.org' });
    const home = await customers.done(`${ann}/addresses/commands/add`, {
      nickName: 'home',
      location: '1 Main Street',
    });
    const order = await orders.done('/orders/commands/open', { customer: `${customers.url}${ann}` });
    await orders.done(`${order}/orderItems/commands/add`, { menuItem: `${menu.url}${pizza}`, quantity: 2 });
    await menu.done(`${pizza}/commands/modify`, { description: 'Pizza', price: '12.00' });
    await orders.done(`${order}/orderItems/commands/add`, { menuItem: `${menu.url}${pizza}`, quantity: 1 });
    await orders.done(`${order}/commands/add-delivery-address`, { address: `${customers.url}${home}` });
    await orders.done(`${order}/commands/place`);
    const taken = await customers.post('/customers/commands/sign-up', { email: 'ann@example.org' });
    assert.deepEqual([taken.status, taken.sentence], [409, 'Email already used.']);

    // Prices change in one process while orders are filled in another.
    const other = await orders.done('/orders/commands/open', { customer: ann });
    const changing = async () => {
      for (let cents = 10; cents < 40; cents += 1) {
        await menu.done(`${pizza}/commands/modify`, { description: 'Pizza', price: `1.${cents}` });
        await pause(50); // a price that never rests could not be read
      }
    };
    const filling = async () => {
      for (let quantity = 1; quantity <= 20; quantity += 1)
        await orders.done(`${other}/orderItems/commands/add`, { menuItem: pizza, quantity });
    };
    await Promise.all([changing(), filling()]);

    const { status, total } = await orders.see(order);
    assert.deepEqual([status, total], ['placed', '32.00']);
    assert.equal((await orders.see(`${order}/customer`)).email, 'ann@example.org');
    assert.equal((await menu.see(pizza)).popularity, 2);
    assert.equal((await orders.get('/menu/items')).status, 404);

    const events = await log.events();
    let menuPrice;
    for (const { type, data, position } of events) {
      if (type === 'menu-item.added' || type === 'menu-item.modified') menuPrice = data.price;
      if (type === 'item.added-to-order')
        assert.equal(data.price, menuPrice, `the price at position ${position}`);
    }
    const inFour = await digests(menu, customers, orders);
    await end();

    const one = await start(context, { STORE: `lmdb:${join(data, 'log', 'log')}`, DATA: folder(context) });
    assert.deepEqual(inFour, await digests(one));
    assert.equal(Object.keys(inFour).length, 8);
  },
);

test(
  'a context that is started later folds everything from the beginning',
  { timeout: 120_000 },
  async (context) => {
    const log = await start(context, { CONTEXTS: '', DATA: folder(context) });
    const menu = await start(context, { CONTEXTS: 'menu', STORE: log.url, DATA: folder(context) });
    const customers = await start(context, { CONTEXTS: 'customers', STORE: log.url, DATA: folder(context) });
    const pizza = await menu.done('/menu/items/commands/add-menu-item', {
      description: 'Pizza',
      price: '10.00',
    });
    const ann = await customers.done('/customers/commands/sign-up', { email: 'ann@example.org' });
    await Promise.all([menu.end(), customers.end()]);

    const orders = await start(context, { CONTEXTS: 'orders', STORE: log.url, DATA: folder(context) });
    const order = await orders.done('/orders/commands/open', { customer: ann });
    await orders.done(`${order}/orderItems/commands/add`, { menuItem: pizza, quantity: 1 });
    assert.equal((await orders.see(order)).total, '10.00');
  },
);
