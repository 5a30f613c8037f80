/** The life of an order: unknown, open, and then placed or cancelled. */
import type { RecordedOf } from 'leftfold';
import { assign, setup } from 'xstate';
import type { orderEvents } from './orders.events.js';

export interface OrderItem {
  readonly menuItem: string;
  /** The menu's at the moment at which the item was added. */
  readonly price: string;
  readonly quantity: number;
}

export interface Order {
  readonly customer: string;
  readonly address: string | null;
  readonly items: Readonly<Record<string, OrderItem>>;
}

export const orderChart = setup({
  types: { context: {} as Order, events: {} as RecordedOf<(typeof orderEvents)[number]> },
  guards: {
    hasItem: ({ context, event }) =>
      'orderItemId' in event.data && Object.hasOwn(context.items, event.data.orderItemId),
    isComplete: ({ context }) => context.address !== null && Object.keys(context.items).length > 0,
  },
  actions: {
    open: assign({ customer: ({ event }) => (event.type === 'order.opened' ? event.data.customerId : '') }),
    addItem: assign({
      items: ({ context: { items }, event }) => {
        if (event.type !== 'item.added-to-order') return items;
        const { orderItemId, menuItemId: menuItem, price, quantity } = event.data;
        return { ...items, [orderItemId]: { menuItem, price, quantity } };
      },
    }),
    changeQuantity: assign({
      items: ({ context: { items }, event }) => {
        if (event.type !== 'item.quantity-changed') return items;
        const { orderItemId, quantity } = event.data;
        const item = items[orderItemId];
        return item === undefined ? items : { ...items, [orderItemId]: { ...item, quantity } };
      },
    }),
    removeItem: assign({
      items: ({ context: { items }, event }) => {
        if (event.type !== 'item.removed-from-order') return items;
        const { [event.data.orderItemId]: _removed, ...others } = items;
        return others;
      },
    }),
    deliverTo: assign({
      address: ({ context, event }) =>
        event.type === 'delivery-address.added-to-order' ? event.data.addressId : context.address,
    }),
  },
}).createMachine({
  id: 'order',
  context: { customer: '', address: null, items: {} },
  initial: 'unknown',
  states: {
    unknown: { on: { 'order.opened': { target: 'open', actions: 'open' } } },
    open: {
      on: {
        'item.added-to-order': { actions: 'addItem' },
        'item.quantity-changed': { guard: 'hasItem', actions: 'changeQuantity' },
        'item.removed-from-order': { guard: 'hasItem', actions: 'removeItem' },
        'delivery-address.added-to-order': { actions: 'deliverTo' },
        'order.placed': { guard: 'isComplete', target: 'placed' },
        'order.cancelled': 'cancelled',
      },
    },
    placed: {},
    cancelled: {},
  },
});
