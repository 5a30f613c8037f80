/** Orders and their items over HTTP. */
import { command, decision } from '../hal/commands.js';
import { serve } from '../hal/serve.js';
import { knownAddresses, knownCustomers } from './copies.js';
import { orderItems, orders } from './order-lists.js';
import { addDeliveryAddress, addItem, openOrder, order } from './order.js';
import { deliveryAddressAdded, itemAdded, orderOpened } from './orders.events.js';

const same = { location: '/orders/:order', subject: 'order' };
const item = { location: '/orderItems/:item', subject: 'order', given: { orderItem: 'item' } };

const within = { of: orders, name: 'Order' };

export const OrdersController = serve([
  {
    path: 'orders',
    of: orders,
    name: 'Order',
    list: { rel: 'orders', item: '/orders/:id' },
    commands: {
      open: decision(openOrder, orderOpened, { location: '/orders/:new', given: { order: 'new' } }),
    },
  },
  {
    path: 'orders/:order',
    of: orders,
    name: 'Order',
    commands: {
      'add-delivery-address': decision(addDeliveryAddress, deliveryAddressAdded, {
        location: '/orders/:order',
        given: { order: 'order' },
      }),
      place: command(order, 'place', same),
      cancel: command(order, 'cancel', same),
    },
    links: {
      orderItems: '/orders/:order/orderItems',
      customer: '/orders/:order/customer',
      address: '/orders/:order/address',
    },
  },
  {
    path: 'orders/:order/orderItems',
    within,
    of: orderItems,
    name: 'Order item',
    list: { rel: 'orderItems', item: '/orderItems/:id', where: { order: ':order' } },
    commands: {
      add: decision(addItem, itemAdded, {
        location: '/orderItems/:new',
        given: { order: 'order', orderItem: 'new' },
      }),
    },
  },
  {
    path: 'orders/:order/orderItems/:item',
    within: { ...within, namedBy: 'order' },
    of: orderItems,
    name: 'Order item',
    commands: {
      'change-quantity': command(order, 'change-quantity', item),
      remove: command(order, 'remove-item', { ...item, location: '/orders/:order' }),
    },
  },
  {
    path: 'orders/:order/customer',
    within: { ...within, names: 'customer' },
    of: knownCustomers,
    name: 'Customer',
  },
  {
    path: 'orders/:order/address',
    within: { ...within, names: 'address' },
    of: knownAddresses,
    name: 'Address',
  },
  { path: 'orderItems/:item', of: orderItems, name: 'Order item' },
]);
