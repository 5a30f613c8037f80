/** Orders with their items and totals, and each item by itself. */
import { defineEntityProjection, type RecordedOf } from 'leftfold';
import { assign, setup } from 'xstate';
import { strict } from '../shared/about.js';
import { cents, sum, times } from '../shared/money.js';
import { orderChart, type OrderItem } from './order.chart.js';
import { itemAdded, itemRemoved, ofOrder, orderEvents, quantityChanged } from './orders.events.js';

const shown = (item: OrderItem) => ({ ...item, subTotal: times(item.price, item.quantity) });

export const orders = defineEntityProjection({
  name: 'orders',
  machine: strict(orderChart),
  consumes: orderEvents,
  key: ({ data }) => ('orderId' in data ? data.orderId : data.id),
  view: ({ value, context: { customer, address, items } }) => {
    const all = Object.entries(items).map(([id, item]) => ({ id, ...shown(item) }));
    const total = sum(all.map(({ subTotal }) => subTotal));
    return { status: value, customer, address, items: all, total, totalInCents: String(cents(total)) };
  },
  index: { status: 'text', customer: 'text', totalInCents: 'integer' },
  tag: ofOrder,
});

const itemEvents = [itemAdded, quantityChanged, itemRemoved] as const;

const itemChart = setup({
  types: {
    context: {} as OrderItem & { readonly order: string },
    events: {} as RecordedOf<(typeof itemEvents)[number]>,
  },
  actions: {
    add: assign(({ context, event }) => {
      if (event.type !== 'item.added-to-order') return context;
      const { orderId: order, menuItemId: menuItem, price, quantity } = event.data;
      return { order, menuItem, price, quantity };
    }),
    change: assign({
      quantity: ({ context, event }) =>
        event.type === 'item.quantity-changed' ? event.data.quantity : context.quantity,
    }),
  },
}).createMachine({
  id: 'order-item',
  context: { order: '', menuItem: '', price: '0.00', quantity: 0 },
  initial: 'unknown',
  states: {
    unknown: { on: { 'item.added-to-order': { target: 'added', actions: 'add' } } },
    added: { on: { 'item.quantity-changed': { actions: 'change' }, 'item.removed-from-order': 'removed' } },
    removed: { type: 'final', meta: { forget: true } },
  },
});

export const orderItems = defineEntityProjection({
  name: 'order-items',
  machine: strict(itemChart),
  consumes: itemEvents,
  key: ({ data }) => data.orderItemId,
  view: ({ context: { order, ...item } }) => ({ order, ...shown(item) }),
  index: { order: 'text' },
});
