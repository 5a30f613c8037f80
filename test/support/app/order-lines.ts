/** The lines of orders, as entities of their own that belong to an order. */
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
import { changedOrders } from './orders.js';

export const lineAdded = defineEvent({
  type: 'order.line-added',
  open: true,
  schema: z.strictObject({ line: z.string().min(1), order: z.string(), cents: z.int() }),
  examples: [{ data: { line: 'l1', order: 'a', cents: 5 }, tags: [tag('line:l1')] }],
});

interface LineContext {
  readonly order: string | null;
  readonly cents: number;
}

/** With it no line can be folded. */
export const BAD_CENTS = 667;

const lineMachine = setup({
  types: { context: {} as LineContext, events: {} as RecordedOf<typeof lineAdded> },
  actions: {
    take: assign(({ event }) => {
      if (event.data.cents === BAD_CENTS) throw new RangeError('no line costs that');
      return { order: event.data.order, cents: event.data.cents };
    }),
  },
}).createMachine({
  id: 'line',
  context: { order: null, cents: 0 },
  on: { 'order.line-added': { actions: 'take' } },
});

export const orderLines: EntityProjectionDefinition<LineContext> = defineEntityProjection({
  name: 'order-lines',
  machine: lineMachine,
  consumes: [lineAdded],
  key: ({ data }) => data.line,
  view: ({ context }) => ({ order: context.order, cents: context.cents }),
  index: { order: 'text', cents: 'number' },
  http: { viewSchema: z.object({ order: z.string().nullable(), cents: z.int() }) },
});

/** Orders with their lines. */
export const relatedOrders = changedOrders({ relations: { lines: { of: orderLines, by: 'order' } } });

export const line = (name: string, order: string, cents = 1): NewEvent =>
  lineAdded.create({ line: name, order, cents }, [tag(`line:${name}`)]);
