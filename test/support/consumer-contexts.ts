/** A context that consumes events of others, one of which it also names, and records events in every way that there is. */
import { Module } from '@nestjs/common';
import { setup } from 'xstate';
import { z } from 'zod';
import {
  LeftfoldModule,
  defineDecider,
  defineEvent,
  defineProjection,
  tag,
} from '../../src/runtime/index.js';

const event = <Type extends string>(type: Type, open = false) =>
  defineEvent({ type, schema: z.strictObject({}), examples: [{ data: {} }], open });

const orderPlaced = event('order.placed');
const orderNamed = event('order.named');
const orderPaid = event('order.paid');
const parcelPacked = event('parcel.packed');
const parcelSent = event('parcel.sent');
const parcelSeen = event('parcel.seen', true);
const parcelLost = event('parcel.lost');

const machine = setup({}).createMachine({
  id: 'parcel',
  initial: 'open',
  states: { open: { on: { '*': {} } } },
});

const parcel = defineDecider({
  name: 'parcel',
  machine,
  consumes: [parcelPacked, orderPlaced],
  subject: (id: string) => [tag(`parcel:${id}`)],
  commands: {
    pack: { input: z.strictObject({}), records: parcelPacked, decide: () => parcelPacked.create({}) },
  },
});

const parcels = defineProjection({
  name: 'parcels',
  machine,
  consumes: [orderPlaced, orderNamed, parcelSeen],
  view: () => ({}),
});

@Module({
  imports: [
    LeftfoldModule.forFeature({
      contracts: [orderNamed, parcelSeen, parcelLost],
      deciders: [parcel],
      projections: [parcels],
      records: [parcelSent],
      reliesOn: [{ event: orderPaid }],
    }),
  ],
})
class ParcelsModule {}

export const contexts = [ParcelsModule];
