/** Orders, many small states: opened for a customer, items added, paid, shipped; cancelled ones are forgotten. */
import { assign, setup } from 'xstate';
import { z } from 'zod';
import {
  defineEntityProjection,
  defineEvent,
  tag,
  type EntityProjectionDefinition,
  type NewEvent,
  type RecordedOf,
} from '../../../src/runtime/index.js';

const id = z.string().min(1);

export const orderOpened = defineEvent({
  type: 'order.opened',
  open: true,
  schema: z.strictObject({ order: id, customer: z.string() }),
  examples: [{ data: { order: 'a', customer: 'Ann' }, tags: [tag('order:a')] }],
});
export const itemAdded = defineEvent({
  type: 'order.item-added',
  open: true,
  schema: z.strictObject({ order: id, cents: z.int() }),
  examples: [{ data: { order: 'a', cents: 5 }, tags: [tag('order:a')] }],
});
export const orderPaid = defineEvent({
  type: 'order.paid',
  open: true,
  schema: z.strictObject({ order: id }),
  examples: [{ data: { order: 'a' }, tags: [tag('order:a')] }],
});
export const orderCancelled = defineEvent({
  type: 'order.cancelled',
  open: true,
  schema: z.strictObject({ order: id }),
  examples: [{ data: { order: 'a' }, tags: [tag('order:a')] }],
});
/** Touches two orders. */
export const itemMoved = defineEvent({
  type: 'order.item-moved',
  open: true,
  schema: z.strictObject({ from: id, to: id, cents: z.int() }),
  examples: [{ data: { from: 'a', to: 'b', cents: 5 }, tags: [tag('order:a'), tag('order:b')] }],
});

export const orderContracts = [orderOpened, itemAdded, orderPaid, orderCancelled, itemMoved];

interface OrderContext {
  readonly customer: string | undefined;
  readonly total: bigint;
  readonly items: number;
  readonly opened: string | undefined;
}

/** With it no item can be folded. */
export const POISON = 666;

export const orderMachine = setup({
  types: {
    context: {} as OrderContext,
    events: {} as
      | RecordedOf<typeof orderOpened>
      | RecordedOf<typeof itemAdded>
      | RecordedOf<typeof orderPaid>
      | RecordedOf<typeof orderCancelled>
      | RecordedOf<typeof itemMoved>,
  },
  actions: {
    add: assign({
      total: ({ context, event }) => {
        if (event.type !== 'order.item-added') return context.total;
        if (event.data.cents === POISON) throw new RangeError('no item costs that');
        return context.total + BigInt(event.data.cents);
      },
      items: ({ context }) => context.items + 1,
    }),
  },
}).createMachine({
  id: 'order',
  context: { customer: undefined, total: 0n, items: 0, opened: undefined },
  initial: 'unknown',
  states: {
    unknown: {
      on: {
        'order.opened': {
          target: 'open',
          actions: assign({
            customer: ({ event }) => event.data.customer,
            opened: ({ event }) => event.time,
          }),
        },
      },
    },
    open: {
      on: {
        'order.item-added': { actions: 'add' },
        'order.item-moved': { actions: assign({ items: ({ context }) => context.items + 1 }) },
        'order.paid': 'paid',
        'order.cancelled': 'cancelled',
      },
    },
    paid: {},
    cancelled: { type: 'final', meta: { forget: true } },
  },
});

const ORDERS = {
  name: 'orders',
  machine: orderMachine,
  consumes: [orderOpened, itemAdded, orderPaid, orderCancelled, itemMoved],
  key: ({ data }: RecordedOf<(typeof orderContracts)[number]>) =>
    'order' in data ? data.order : [data.from, data.to],
  view: ({ value, context }: { value: unknown; context: OrderContext }) => ({
    status: String(value),
    customer: context.customer ?? null,
    total: String(context.total),
    items: context.items,
    opened: context.opened ?? null,
  }),
  index: { status: 'text', customer: 'text', total: 'integer', items: 'number', opened: 'time' },
  compound: [['status', 'total']],
  tag: (key: string) => tag(`order:${key}`),
} as const;

export const orders: EntityProjectionDefinition<OrderContext> = defineEntityProjection(ORDERS);

/** The same, but only the order stops at an event that cannot be folded. */
export const ordersThatStopAlone = defineEntityProjection({ ...ORDERS, faultStops: 'entity' });

export const changedOrders = (change: object): EntityProjectionDefinition<OrderContext> =>
  defineEntityProjection({ ...ORDERS, ...change });

const tags = (order: string): ReturnType<typeof tag>[] => [tag(`order:${order}`)];

export const opened = (order: string, customer = 'Ann'): NewEvent =>
  orderOpened.create({ order, customer }, tags(order));
export const added = (order: string, cents: number): NewEvent =>
  itemAdded.create({ order, cents }, tags(order));
export const paid = (order: string): NewEvent => orderPaid.create({ order }, tags(order));
export const cancelled = (order: string): NewEvent => orderCancelled.create({ order }, tags(order));
export const moved = (from: string, to: string, cents: number): NewEvent =>
  itemMoved.create({ from, to, cents }, [...tags(from), ...tags(to)]);
