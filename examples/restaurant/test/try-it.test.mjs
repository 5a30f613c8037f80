/** The data to try it with. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { restaurant } from '../test-support/server.mjs';

test(
  'npm run try makes four pizzas, two customers, and an order that is placed',
  { timeout: 60_000 },
  async (context) => {
    const { url, see } = await restaurant(context);
    const script = new URL('../try-it.mjs', import.meta.url).pathname;
    const run = spawn(process.execPath, [script], { env: { ...process.env, MENU: url }, stdio: 'ignore' });
    assert.deepEqual(await once(run, 'exit'), [0, null]);
    assert.equal((await see('/menu/items')).page.totalElements, 4);
    const { customers } = (await see('/customers'))._embedded;
    assert.deepEqual(
      customers.map(({ addresses }) => addresses.length),
      [2, 2],
    );
    const [{ status, total }] = (await see('/orders'))._embedded.orders;
    assert.deepEqual([status, total], ['placed', '28.00']);
  },
);
