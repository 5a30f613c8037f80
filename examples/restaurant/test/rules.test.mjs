/** The rules of the contexts, without a server: given these events, when this command, then those events or a refusal. */
import 'reflect-metadata';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { about, exampleOf, given, refused } from 'leftfold/testing';
import { checkDecider } from 'leftfold/testing/properties';
import { addresses, customers } from '../dist/customers/customer-lists.js';
import { customer, emails } from '../dist/customers/customer.js';
import {
  addressAdded,
  customerEvents,
  customerSignedUp,
  customerVerified,
  emailChanged,
} from '../dist/customers/customers.events.js';
import { menuItem } from '../dist/menu/menu-item.js';
import { menuItems } from '../dist/menu/menu-items.js';
import { menuEvents, menuItemAdded, menuItemModified, menuItemRemoved } from '../dist/menu/menu.events.js';
import {
  knownAddress,
  knownAddresses,
  knownCustomer,
  knownCustomers,
  knownMenuItem,
  knownMenuItems,
} from '../dist/orders/copies.js';
import { orderItems, orders } from '../dist/orders/order-lists.js';
import { addDeliveryAddress, addItem, openOrder, order } from '../dist/orders/order.js';
import {
  deliveryAddressAdded,
  itemAdded,
  itemRemoved,
  orderCancelled,
  orderEvents,
  orderOpened,
  orderPlaced,
} from '../dist/orders/orders.events.js';

const contracts = [...menuEvents, ...customerEvents, ...orderEvents];
const opened = about(order, 'o1', [exampleOf(orderOpened)]);
const onTheMenu = about(knownMenuItem, 'pepperoni', [exampleOf(menuItemAdded)]);

test('an item that was removed from the menu is neither removed again nor modified', async () => {
  const removed = given([exampleOf(menuItemAdded), exampleOf(menuItemRemoved)]);
  await removed
    .when(menuItem, 'pepperoni', 'remove', {})
    .then(refused('menu-item-inactive', 'Item is inactive.'));
  await removed.expectCommands(menuItem, 'pepperoni', []);
});

test('an e-mail belongs to one customer; a changed one frees the old one', async () => {
  const { event } = emails.claim('ann@example.org', 'another');
  await given([event], { contracts: emails.contracts })
    .when(customer, 'ann', 'sign-up', { email: 'Ann@example.org' })
    .then(refused('email-taken', 'Email already used.'));
  const claimed = emails.claim('ann@example.org', 'ann').event;
  await given([exampleOf(customerSignedUp), claimed], { contracts: emails.contracts })
    .when(customer, 'ann', 'change-email', { email: 'ann@example.com' })
    .then([
      emails.release('ann@example.org', 'ann'),
      emailChanged.create({ id: 'ann', email: 'ann@example.com' }),
      emails.claim('ann@example.com', 'ann').event,
    ]);
});

test('a nickname is unique within the customer', async () => {
  await given([exampleOf(customerSignedUp), exampleOf(addressAdded)])
    .when(customer, 'ann', 'add-address', { addressId: 'a2', nickName: 'home', location: 'elsewhere' })
    .then(refused('nickname-taken', 'Address nickname must be unique.'));
});

test('a customer is verified once', async () => {
  await given([exampleOf(customerSignedUp), exampleOf(customerVerified)]).expectCommands(customer, 'ann', [
    'change-email',
    'add-address',
  ]);
});

test('an order is opened for a customer who is known', async () => {
  await given([], { contracts })
    .when(openOrder, { order: 'o1', customer: 'ann' })
    .then(refused('customer-not-found', 'Customer not found.'));
  await given(about(knownCustomer, 'ann', [exampleOf(customerSignedUp)]), { contracts })
    .when(openOrder, { order: 'o1', customer: 'http://localhost:8081/customers/ann' })
    .then([orderOpened.create({ id: 'o1', customerId: 'ann' })]);
});

test('an item is added at the price that the menu has, and only while it is on the menu', async () => {
  const input = { order: 'o1', orderItem: 'i1', menuItem: 'pepperoni', quantity: 2 };
  const changed = about(knownMenuItem, 'pepperoni', [exampleOf(menuItemModified, { price: '12.00' })]);
  const removed = about(knownMenuItem, 'pepperoni', [exampleOf(menuItemRemoved)]);
  await given([...opened, ...onTheMenu, ...changed], { contracts })
    .when(addItem, input)
    .then([exampleOf(itemAdded, { price: '12.00' })]);
  await given([...opened, ...onTheMenu, ...removed], { contracts })
    .when(addItem, input)
    .then(refused('menu-item-not-found', 'Menu item not found.'));
});

test('a delivery address is the customer’s', async () => {
  const added = (customerId) => about(knownAddress, 'a1', [exampleOf(addressAdded, { customerId })]);
  const input = { order: 'o1', address: 'a1' };
  await given([...opened, ...added('ann')], { contracts })
    .when(addDeliveryAddress, input)
    .then([exampleOf(deliveryAddressAdded)]);
  await given([...opened, ...added('bob')], { contracts })
    .when(addDeliveryAddress, input)
    .then(refused('address-not-found', 'Address not found.'));
});

test('an order is placed with an item and an address, and then has no commands', async () => {
  await given([...opened, exampleOf(itemAdded)], { contracts })
    .when(order, 'o1', 'place', {})
    .then(refused('order-incomplete', 'Order must have an item and a delivery address.'));
  const complete = [exampleOf(orderOpened), exampleOf(itemAdded), exampleOf(deliveryAddressAdded)];
  await given(complete)
    .when(order, 'o1', 'place', {})
    .then([orderPlaced.create({ id: 'o1', menuItemIds: ['pepperoni'] })]);
  for (const ended of [orderPlaced, orderCancelled])
    await given([...complete, exampleOf(ended)]).expectCommands(order, 'o1', []);
});

test('popularity counts orders, not additions', () => {
  const popularity = (expected, ...events) =>
    given([exampleOf(menuItemAdded), ...events]).expectView(menuItems, 'pepperoni', {
      status: 'active',
      description: 'Pepperoni',
      price: '10.00',
      priceInCents: '1000',
      popularity: expected,
    });
  const [one, again] = [exampleOf(itemAdded), exampleOf(itemAdded, { orderItemId: 'i2' })];
  popularity(1, one, again);
  popularity(1, one, again, exampleOf(itemRemoved));
  popularity(0, one, exampleOf(itemRemoved));
  popularity(2, one, exampleOf(orderPlaced), exampleOf(itemAdded, { orderId: 'o2' }));
});

test('an event about something that was never seen stops the projection, and is not dropped', () => {
  const first = new Set([menuItemAdded, customerSignedUp, orderOpened]);
  const projections = [menuItems, customers, orders, orderItems, knownCustomers, knownMenuItems];
  for (const { name, fold, consumes } of projections)
    for (const contract of consumes) {
      if (first.has(contract) || (name === 'order-items' && contract === itemAdded)) continue;
      const { type, data } = exampleOf(contract);
      assert.throws(() => fold.step(fold.initial, { type, data }), /has not been seen/, `${name}, ${type}`);
    }
  assert.deepEqual(
    [addresses, knownAddresses].map(({ consumes }) => consumes),
    [[addressAdded], [addressAdded]],
  );
});

test('no commands in any order lead to a crash', { timeout: 60_000 }, async () => {
  const { neverReached } = await checkDecider(menuItem, { runs: 30 });
  assert.deepEqual(neverReached, []);
  await checkDecider(customer, {
    runs: 30,
    contracts: emails.contracts,
    unlikely: ['sign-up', 'change-email'],
  });
  await checkDecider(order, {
    runs: 30,
    given: about(order, 'a', [exampleOf(orderOpened, { id: 'a' }), exampleOf(itemAdded, { orderId: 'a' })]),
    ids: ['a'],
    unlikely: ['change-quantity', 'remove-item', 'place'],
  });
});
