/** What the orders' context tells the others. */
import { defineEvent, tag, type Tag } from 'leftfold';
import { z } from 'zod';
import { price } from '../shared/money.js';

const id = z.string();
const quantity = z.int().positive();
const orderItem = { orderId: id, orderItemId: id, menuItemId: id };
const example = { orderId: 'o1', orderItemId: 'i1', menuItemId: 'pepperoni' };

export const ofOrder = (order: string): Tag => tag(`order:${order}`);

export const orderOpened = defineEvent({
  type: 'order.opened',
  schema: z.strictObject({ id, customerId: id }),
  examples: [{ data: { id: 'o1', customerId: 'ann' } }],
});

export const itemAdded = defineEvent({
  type: 'item.added-to-order',
  schema: z.strictObject({ ...orderItem, price, quantity }),
  examples: [{ data: { ...example, price: '10.00', quantity: 2 } }],
});

export const quantityChanged = defineEvent({
  type: 'item.quantity-changed',
  schema: z.strictObject({ ...orderItem, quantity }),
  examples: [{ data: { ...example, quantity: 3 } }],
});

export const itemRemoved = defineEvent({
  type: 'item.removed-from-order',
  schema: z.strictObject(orderItem),
  examples: [{ data: example }],
});

export const deliveryAddressAdded = defineEvent({
  type: 'delivery-address.added-to-order',
  schema: z.strictObject({ orderId: id, addressId: id }),
  examples: [{ data: { orderId: 'o1', addressId: 'a1' } }],
});

/** `menuItemIds`: each once, so that a consumer that counts orders needs to remember only the open ones. */
const ended = z.strictObject({ id, menuItemIds: z.array(id) });

export const orderPlaced = defineEvent({
  type: 'order.placed',
  schema: ended,
  examples: [{ data: { id: 'o1', menuItemIds: ['pepperoni'] } }],
});

export const orderCancelled = defineEvent({
  type: 'order.cancelled',
  schema: ended,
  examples: [{ data: { id: 'o1', menuItemIds: ['pepperoni'] } }],
});

export const orderEvents = [
  orderOpened,
  itemAdded,
  quantityChanged,
  itemRemoved,
  deliveryAddressAdded,
  orderPlaced,
  orderCancelled,
] as const;
