/** Fifty customers order at once while prices change and the server is killed: what must hold of every order, e-mail and item holds. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { test } from 'node:test';
import { folder, start } from '../test-support/server.mjs';

const CUSTOMERS = 50;
/** The server is killed once so many commands have been carried out. */
const KILLS = [60, 180, 320];

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return String(port);
}

test(
  'fifty customers order at once, and the server is killed three times',
  { timeout: 180_000 },
  async (context) => {
    const environment = { DATA: folder(context), PORT: await freePort() };
    let server = await start(context, environment);
    let carriedOut = 0;
    let kills = 0;
    let isDone = false;

    /** Under one Idempotency-Key until there is an answer. */
    const ask = async (path, body = {}) => {
      const headers = { 'idempotency-key': randomUUID() };
      for (;;) {
        const answer = await server.post(path, body, headers).catch(() => undefined);
        if (answer !== undefined && answer.status < 500) {
          if (answer.status === 202) carriedOut += 1;
          return answer;
        }
        await pause(50);
      }
    };
    const done = async (path, body) => {
      const { status, headers, body: answer } = await ask(path, body);
      assert.equal(status, 202, `${path}: ${JSON.stringify(answer)}`);
      return headers.get('location');
    };

    const killing = async () => {
      for (const after of KILLS) {
        while (carriedOut < after && !isDone) await pause(5);
        if (isDone) return;
        await server.end('SIGKILL');
        kills += 1;
        server = await start(context, environment);
      }
    };
    const pizzas = [];
    for (const price of ['10.00', '8.00', '11.00', '9.00'])
      pizzas.push(await done('/menu/items/commands/add-menu-item', { description: 'Pizza', price }));
    const changingPrices = async () => {
      for (let turn = 0; !isDone; turn += 1) {
        const price = `${1 + (turn % 90)}.${String(turn % 100).padStart(2, '0')}`;
        await ask(`${pizzas[turn % pizzas.length]}/commands/modify`, { description: 'Pizza', price });
      }
    };
    const ordering = async (index) => {
      // Two customers want each address; who is second takes another one.
      let signedUp = await ask('/customers/commands/sign-up', {
        email: `c${Math.floor(index / 2)}@example.org`,
      });
      if (signedUp.status === 409)
        signedUp = await ask('/customers/commands/sign-up', { email: `second${index}@example.org` });
      const customer = signedUp.headers.get('location');
      const address = await done(`${customer}/addresses/commands/add`, {
        nickName: 'home',
        location: 'here',
      });
      const order = await done('/orders/commands/open', { customer });
      const items = [];
      for (const menuItem of [index, index + 1, index + 1].map((each) => pizzas[each % pizzas.length]))
        items.push(await done(`${order}/orderItems/commands/add`, { menuItem, quantity: 1 + (index % 3) }));
      await done(`${order}/orderItems/${items[index % 3].split('/').at(-1)}/commands/remove`);
      await done(`${order}/commands/add-delivery-address`, { address });
      await done(`${order}/commands/${index % 5 === 0 ? 'cancel' : 'place'}`);
    };

    const background = [killing(), changingPrices()];
    await Promise.all(Array.from({ length: CUSTOMERS }, (_, index) => ordering(index)));
    isDone = true;
    await Promise.all(background);
    assert.equal(kills, KILLS.length);

    const events = await server.events();
    const prices = new Map();
    const owners = new Map();
    const signedUp = new Set();
    const inOrders = new Map();
    let items = 0;
    for (const { position, type, data } of events) {
      if (type === 'menu-item.added' || type === 'menu-item.modified') prices.set(data.id, data.price);
      if (type === 'item.added-to-order') {
        items += 1;
        assert.equal(data.price, prices.get(data.menuItemId), `the price at position ${position}`);
        inOrders.set(data.orderItemId, `${data.menuItemId} in ${data.orderId}`);
      }
      if (type === 'item.removed-from-order') inOrders.delete(data.orderItemId);
      if (type === 'customer.signed-up') {
        assert.ok(!owners.has(data.email), `${data.email} at position ${position}`);
        owners.set(data.email, data.id);
        signedUp.add(data.id);
      }
    }
    // Nothing was recorded twice by a retry, and nothing was lost.
    assert.deepEqual([items, signedUp.size], [3 * CUSTOMERS, CUSTOMERS]);
    assert.equal(events.filter(({ type }) => type === 'order.placed').length, CUSTOMERS * 0.8);
    for (const uri of pizzas) {
      const id = uri.split('/').at(-1);
      const recounted = new Set([...inOrders.values()].filter((each) => each.startsWith(id))).size;
      const { popularity, price } = await server.see(uri);
      assert.deepEqual([popularity, price], [recounted, prices.get(id)]);
    }
  },
);
