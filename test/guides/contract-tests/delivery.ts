/** What `docs/contract-tests.md` shows of the repository that consumes. */
import { Module } from '@nestjs/common';
import { assign, setup } from 'xstate';
import { z } from 'zod';
import {
  LeftfoldModule,
  defineEntityProjection,
  defineEvent,
  type RecordedOf,
} from '../../../src/runtime/index.js';

export const orderPlaced = defineEvent({
  type: 'order.placed',
  schema: z.object({ order: z.string(), address: z.object({ city: z.string() }) }),
  examples: [{ data: { order: 'o1', address: { city: 'Oslo' } } }],
});

const parcels = defineEntityProjection({
  name: 'parcels',
  machine: setup({
    types: { context: {} as { readonly city: string }, events: {} as RecordedOf<typeof orderPlaced> },
    actions: { address: assign({ city: ({ event }) => event.data.address.city }) },
  }).createMachine({
    id: 'parcels',
    context: { city: '' },
    initial: 'unknown',
    states: { unknown: { on: { 'order.placed': { target: 'packed', actions: 'address' } } }, packed: {} },
  }),
  consumes: [orderPlaced],
  key: ({ data }) => data.order,
  view: ({ value, context }) => ({ state: value, city: context.city }),
});

@Module({
  imports: [
    LeftfoldModule.forFeature({
      projections: [parcels],
      reliesOn: [{ event: orderPlaced, fields: ['order', 'address.city'] }],
    }),
  ],
})
export class DeliveryModule {}
