/** Customers and their addresses over HTTP. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { restaurant } from '../test-support/server.mjs';

const SIGN_UP = '/customers/commands/sign-up';
const HOME = { nickName: 'home', location: '1 Main Street' };

test('customers', { timeout: 60_000 }, async (context) => {
  const { post, get, done, see, events } = await restaurant(context);

  await context.test('a customer signs up, and the event tells id and e-mail', async () => {
    const uri = await done(SIGN_UP, { email: 'ann@example.org' });
    const { status, email, addresses } = await see(uri);
    assert.deepEqual([status, email, addresses], ['unverified', 'ann@example.org', []]);
    const { data } = (await events()).find(({ type }) => type === 'customer.signed-up');
    assert.deepEqual(data, { id: uri.split('/').at(-1), email: 'ann@example.org' });
  });

  await context.test('an e-mail must be valid', async () => {
    for (const body of [{ email: 'ann' }, { email: '' }, { email: 'ann@' }]) {
      const { status, sentence } = await post(SIGN_UP, body);
      assert.deepEqual([status, sentence], [422, 'Email must be valid.']);
    }
  });

  await context.test('an e-mail belongs to one customer, however it is written', async () => {
    for (const email of ['ann@example.org', 'Ann@Example.org']) {
      const { status, sentence } = await post(SIGN_UP, { email });
      assert.deepEqual([status, sentence], [409, 'Email already used.']);
    }
  });

  await context.test('of twenty at once, one gets it', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => post(SIGN_UP, { email: 'bob@example.org' })),
    );
    const refused = answers.filter(({ status }) => status === 409);
    assert.deepEqual([refused.length, refused[0].sentence], [19, 'Email already used.']);
  });

  await context.test('a changed e-mail frees the old one for others', async () => {
    const uri = await done(SIGN_UP, { email: 'old@example.org' });
    await done(`${uri}/commands/change-email`, { email: 'new@example.org' });
    assert.equal((await see(uri)).email, 'new@example.org');
    await done(SIGN_UP, { email: 'old@example.org' });
    const { status, sentence } = await post(`${uri}/commands/change-email`, { email: 'old@example.org' });
    assert.deepEqual([status, sentence], [409, 'Email already used.']);
  });

  await context.test('a customer is verified once, and again after another e-mail', async () => {
    const uri = await done(SIGN_UP, { email: 'eve@example.org' });
    assert.ok('verify' in (await see(`${uri}/commands`))._links);
    await done(`${uri}/commands/verify`);
    const { status, _links } = await see(uri);
    assert.deepEqual(
      [status, Object.keys(_links)],
      ['verified', ['self', 'addresses', 'commands', 'change-email']],
    );
    assert.equal((await post(`${uri}/commands/verify`)).status, 409);
    await done(`${uri}/commands/change-email`, { email: 'eve@example.com' });
    await done(`${uri}/commands/verify`);
  });

  await context.test('an address is added; its nickname is unique within the customer', async () => {
    const [one, other] = [
      await done(SIGN_UP, { email: 'a1@example.org' }),
      await done(SIGN_UP, { email: 'a2@example.org' }),
    ];
    const address = await done(`${one}/addresses/commands/add`, HOME);
    assert.match(address, /^\/addresses\/[\w-]{36}$/);
    const { nickName, location, customer } = await see(address);
    assert.deepEqual([nickName, location, customer], ['home', '1 Main Street', one.split('/').at(-1)]);
    const { status, sentence } = await post(`${one}/addresses/commands/add`, {
      ...HOME,
      location: 'elsewhere',
    });
    assert.deepEqual([status, sentence], [409, 'Address nickname must be unique.']);
    await done(`${one}/addresses/commands/add`, { ...HOME, nickName: 'work' });
    await done(`${other}/addresses/commands/add`, HOME);
    const { _embedded, page } = await see(`${one}/addresses?sort=nickName`);
    assert.deepEqual(
      [page.totalElements, _embedded.addresses.map((each) => each.nickName)],
      [2, ['home', 'work']],
    );
    assert.deepEqual(
      (await see(one)).addresses.map((each) => each.nickName),
      ['home', 'work'],
    );
    const { data } = (await events()).find(({ type }) => type === 'address.added');
    assert.deepEqual(Object.keys(data), ['customerId', 'addressId', 'nickName', 'location']);
  });

  await context.test('what is unknown is 404', async () => {
    for (const answer of [
      await get('/customers/none'),
      await get('/customers/none/addresses'),
      await post('/customers/none/commands/verify'),
      await post('/customers/none/addresses/commands/add', HOME),
    ])
      assert.deepEqual([answer.status, answer.sentence], [404, 'Customer not found.']);
    assert.equal((await get('/addresses/none')).sentence, 'Address not found.');
  });

  await context.test('customers are listed with links', async () => {
    const { _embedded, _links, page } = await see('/customers?sort=email&size=2');
    assert.equal(_embedded.customers.length, 2);
    assert.ok(page.totalElements > 2);
    assert.equal(_links['sign-up'].href, SIGN_UP);
    assert.equal(_embedded.customers[0]._links.self.href, `/customers/${_embedded.customers[0].id}`);
    assert.deepEqual(Object.keys((await see('/customers/commands'))._links), ['self', 'sign-up']);
  });
});
