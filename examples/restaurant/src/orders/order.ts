/** What may be asked of an order. What depends on the other contexts is decided in view of their events, at one position of the log. */
import { decideTogether, defineDecider } from 'leftfold';
import { z } from 'zod';
import { ofMenuItem } from '../menu/menu.events.js';
import { about, isIn, notFound, conflict } from '../shared/about.js';
import { reference } from '../shared/reference.js';
import { knownAddress, knownCustomer, knownMenuItem } from './copies.js';
import { orderChart, type Order, type OrderItem } from './order.chart.js';
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

const itemIn = ({ items }: Order, id: string) => (Object.hasOwn(items, id) ? items[id] : undefined);
const menuItemsOf = ({ items }: Order) => [...new Set(Object.values(items).map(({ menuItem }) => menuItem))];
const endOf = (id: string, ended: Order) => ({ id, menuItemIds: menuItemsOf(ended) });

/** The tags of an event tell whom it is about: the order, and the menu items. */
const ofItem = (id: string, { menuItem }: OrderItem) => [ofOrder(id), ofMenuItem(menuItem)];
const ofAll = (id: string, ended: Order) => [ofOrder(id), ...menuItemsOf(ended).map(ofMenuItem)];

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
        const item = itemIn(context, given.orderItem);
        if (item === undefined) return noItem();
        const data = { orderId: id, orderItemId: given.orderItem, menuItemId: item.menuItem };
        return quantityChanged.create({ ...data, quantity: given.quantity }, ofItem(id, item));
      },
    },
    'remove-item': {
      input: z.strictObject({ orderItem }),
      records: itemRemoved,
      decide: ({ context }, given, id) => {
        const item = itemIn(context, given.orderItem);
        if (item === undefined) return noItem();
        const data = { orderId: id, orderItemId: given.orderItem, menuItemId: item.menuItem };
        return itemRemoved.create(data, ofItem(id, item));
      },
    },
    place: {
      input: z.strictObject({}),
      records: orderPlaced,
      decide: ({ context }, _given, id) => orderPlaced.create(endOf(id, context), ofAll(id, context)),
    },
    cancel: {
      input: z.strictObject({}),
      records: orderCancelled,
      decide: ({ context }, _given, id) => orderCancelled.create(endOf(id, context), ofAll(id, context)),
    },
  },
  refusal: ({ value }, _id, records) => {
    if (value === 'unknown') return notFound('order', 'Order not found.');
    if (value !== 'open') return conflict('order-not-open', 'Order must be open.');
    return records === orderPlaced
      ? conflict('order-incomplete', 'Order must have an item and a delivery address.')
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
