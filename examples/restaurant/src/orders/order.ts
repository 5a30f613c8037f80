/** What may be asked of an order. What depends on the other contexts is decided in view of their events, at one position of the log. */
import { decideTogether, defineDecider } from 'leftfold';
import { z } from 'zod';
import { ofMenuItem } from '../menu/menu.events.js';
import { about, isIn, notFound, notNow } from '../shared/about.js';
import { reference } from '../shared/reference.js';
import { knownAddress, knownCustomer, knownMenuItem } from './copies.js';
import { orderChart, type Order } from './order.chart.js';
import {
  deliveryAddressAdded,
  itemAdded,
  itemRemoved,
  ofOrder,
  orderCancelled,
  orderEvents,
  orderOpened,
  orderPlaced,
  quantityChanged,
} from './orders.events.js';

const NO_ITEM = 'Must add at least one item.';
const quantity = z.int(NO_ITEM).positive(NO_ITEM).max(10_000);
const orderItem = z.string();

const menuItemsOf = ({ items }: Order): string[] => [
  ...new Set(Object.values(items).map(({ menuItem }) => menuItem)),
];

export const order = defineDecider({
  name: 'order',
  machine: orderChart,
  consumes: orderEvents,
  subject: about(orderEvents, ofOrder),
  http: false,
  commands: {
    'change-quantity': {
      input: z.strictObject({ orderItem, quantity }),
      records: quantityChanged,
      decide: ({ context }, given, id) => {
        const item = context.items[given.orderItem];
        if (item === undefined) return noItem();
        const data = { orderId: id, orderItemId: given.orderItem, menuItemId: item.menuItem };
        return quantityChanged.create({ ...data, quantity: given.quantity }, [
          ofOrder(id),
          ofMenuItem(item.menuItem),
        ]);
      },
    },
    'remove-item': {
      input: z.strictObject({ orderItem }),
      records: itemRemoved,
      decide: ({ context }, given, id) => {
        const item = context.items[given.orderItem];
        if (item === undefined) return noItem();
        const data = { orderId: id, orderItemId: given.orderItem, menuItemId: item.menuItem };
        return itemRemoved.create(data, [ofOrder(id), ofMenuItem(item.menuItem)]);
      },
    },
    place: {
      input: z.strictObject({}),
      records: orderPlaced,
      decide: ({ context }, _given, id) => {
        const menuItemIds = menuItemsOf(context);
        return orderPlaced.create({ id, menuItemIds }, [ofOrder(id), ...menuItemIds.map(ofMenuItem)]);
      },
    },
    cancel: {
      input: z.strictObject({}),
      records: orderCancelled,
      decide: ({ context }, _given, id) => {
        const menuItemIds = menuItemsOf(context);
        return orderCancelled.create({ id, menuItemIds }, [ofOrder(id), ...menuItemIds.map(ofMenuItem)]);
      },
    },
  },
  refusal: ({ value }, _id, records) => {
    if (value === 'unknown') return notFound('order', 'Order not found.');
    if (value !== 'open') return notNow('order-not-open', 'Order must be open.');
    return records === orderPlaced
      ? notNow('order-incomplete', 'Order must have an item and a delivery address.')
      : noItem();
  },
});

const noItem = () => notFound('order-item', 'Order item not found.');

export const openOrder = decideTogether({
  name: 'open-order',
  input: z.strictObject({ order: z.string(), customer: reference('Customer') }),
  http: false,
  models: (given) => ({
    order: order.decisionModel(given.order),
    customer: knownCustomer.decisionModel(given.customer),
  }),
  records: { order: orderOpened },
  decide: ({ value }, given) =>
    isIn(value, 'customer', 'known')
      ? orderOpened.create({ id: given.order, customerId: given.customer }, [ofOrder(given.order)])
      : notFound('customer', 'Customer not found.'),
});

export const addItem = decideTogether({
  name: 'add-item',
  input: z.strictObject({ order: z.string(), orderItem, menuItem: reference('Menu item'), quantity }),
  http: false,
  models: (given) => ({
    order: order.decisionModel(given.order),
    menuItem: knownMenuItem.decisionModel(given.menuItem),
  }),
  records: { order: itemAdded },
  decide: ({ value, context }, given) => {
    if (!isIn(value, 'menuItem', 'active')) return notFound('menu-item', 'Menu item not found.');
    const { order: orderId, orderItem: orderItemId, menuItem: menuItemId } = given;
    const { price } = context.menuItem;
    return itemAdded.create({ orderId, orderItemId, menuItemId, price, quantity: given.quantity }, [
      ofOrder(orderId),
      ofMenuItem(menuItemId),
    ]);
  },
});

export const addDeliveryAddress = decideTogether({
  name: 'add-delivery-address',
  input: z.strictObject({ order: z.string(), address: reference('Address') }),
  http: false,
  models: (given) => ({
    order: order.decisionModel(given.order),
    address: knownAddress.decisionModel(given.address),
  }),
  records: { order: deliveryAddressAdded },
  decide: ({ context }, given) =>
    context.address.customer === context.order.customer
      ? deliveryAddressAdded.create({ orderId: given.order, addressId: given.address }, [
          ofOrder(given.order),
        ])
      : notFound('address', 'Address not found.'),
});
