/** The menu as guests read it, with how often each item was ordered. */
import { defineEntityProjection, type RecordedOf } from 'leftfold';
import { assign, setup } from 'xstate';
import { itemAdded, itemRemoved, orderCancelled, orderPlaced } from '../orders/orders.events.js';
import { strict } from '../shared/about.js';
import { cents } from '../shared/money.js';
import { menuEvents, ofMenuItem } from './menu.events.js';

const consumes = [...menuEvents, itemAdded, itemRemoved, orderPlaced, orderCancelled] as const;

interface MenuItem {
  readonly description: string;
  readonly price: string;
  /** How many orders that have ended have the item. */
  readonly ended: number;
  /** Of each open order that has the item: how often it was added. */
  readonly open: Readonly<Record<string, number>>;
}

/** Whether an item is on the menu or not, orders that have it go on. */
const counts = {
  'item.added-to-order': { actions: 'count' },
  'item.removed-from-order': { actions: 'count' },
  'order.placed': { actions: 'end' },
  'order.cancelled': { actions: 'end' },
} as const;

const chart = setup({
  types: { context: {} as MenuItem, events: {} as RecordedOf<(typeof consumes)[number]> },
  actions: {
    describe: assign(({ context, event }) =>
      'description' in event.data
        ? { ...context, description: event.data.description, price: event.data.price }
        : context,
    ),
    count: assign({
      open: ({ context: { open }, event }) => {
        if (!('menuItemId' in event.data)) return open;
        const { [event.data.orderId]: before = 0, ...others } = open;
        const after = event.type === 'item.added-to-order' ? before + 1 : before - 1;
        return after > 0 ? { ...others, [event.data.orderId]: after } : others;
      },
    }),
    end: assign(({ context, event }) => {
      if (!('menuItemIds' in event.data)) return context;
      const { [event.data.id]: _ended, ...open } = context.open;
      return { ...context, ended: context.ended + 1, open };
    }),
  },
}).createMachine({
  id: 'menu-items',
  context: { description: '', price: '0.00', ended: 0, open: {} },
  initial: 'unknown',
  states: {
    unknown: { on: { 'menu-item.added': { target: 'active', actions: 'describe' } } },
    active: {
      on: { ...counts, 'menu-item.modified': { actions: 'describe' }, 'menu-item.removed': 'inactive' },
    },
    inactive: { on: counts },
  },
});

export const menuItems = defineEntityProjection({
  name: 'menu-items',
  machine: strict(chart),
  consumes,
  key: ({ data }) =>
    'menuItemIds' in data ? data.menuItemIds : 'menuItemId' in data ? data.menuItemId : data.id,
  view: ({ value, context: { description, price, ended, open } }) => ({
    status: value,
    description,
    price,
    priceInCents: String(cents(price)),
    popularity: ended + Object.keys(open).length,
  }),
  index: { status: 'text', description: 'text', priceInCents: 'integer', popularity: 'integer' },
  tag: ofMenuItem,
});
