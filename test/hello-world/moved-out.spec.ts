/** A context of the hello world, which is a module within a module, is served by a process of its own. */
import { join } from 'node:path';
import { problemOf } from '../support/api.js';
import { TemporaryFolder, type Server } from '../support/server.js';
import { record, startProgram } from './support/numbers.js';

const folder = new TemporaryFolder();
const started: Server[] = [];

async function start(name: string, environment: Readonly<Record<string, string>>): Promise<Server> {
  const server = await startProgram({ LEFTFOLD_DATA: join(folder.path, name), ...environment });
  started.push(server);
  await server.ready();
  return server;
}

afterAll(async () => {
  await Promise.all(started.map((server) => server.kill()));
  folder.remove();
});

it('answers at its old paths, and nothing else goes there', async () => {
  const whole = await start('monolith', { LEFTFOLD_COMMITS: 'on' });
  await record(whole, 2, 3);
  const product = await start('product', {
    LEFTFOLD_APP: 'context',
    LEFTFOLD_CONTEXTS: 'product',
    LEFTFOLD_STORE: whole.url,
  });
  const moved = await whole.post('/forwarding', { context: 'product', to: product.url });
  expect(await moved.json()).toEqual({ contexts: { product: product.url } });
  expect(await whole.json('/product?after=2')).toMatchObject({ value: '6', position: 2 });
  expect(await (await whole.fetch('/product/state')).text()).toBe('\nmultiplier state: 6\n');
  await product.kill();
  await problemOf(await whole.fetch('/product'), 503);
  await problemOf(await whole.fetch('/product/state'), 503);
  await problemOf(await whole.fetch('/projections/product'), 503);
  expect(await whole.json('/sum')).toMatchObject({ value: '5' });
  expect((await whole.fetch('/projections/sum')).status).toBe(200);
});
