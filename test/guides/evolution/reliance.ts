/** What `docs/evolution.md` shows of declaring and checking what a context relies on. */
import { Module } from '@nestjs/common';
import { assign, setup } from 'xstate';
import { describeBroken } from '../../../src/runtime/event-log/contracts/publishing/index.js';
import { LeftfoldModule, defineProjection, type RecordedOf } from '../../../src/runtime/index.js';
import { brokenReliancesOf } from '../../../src/runtime/testing/index.js';
import { roomBooked } from './second.js';

export const occupancy = defineProjection({
  name: 'occupancy',
  machine: setup({
    types: {
      context: {} as { readonly minutes: number },
      events: {} as RecordedOf<typeof roomBooked>,
    },
  }).createMachine({
    context: { minutes: 0 },
    initial: 'open',
    states: { open: {} },
    on: {
      'room.booked': {
        actions: assign({ minutes: ({ context, event }) => context.minutes + event.data.minutes }),
      },
    },
  }),
  consumes: [roomBooked],
  view: ({ context }) => ({ minutes: context.minutes }),
});

@Module({
  imports: [
    LeftfoldModule.forFeature({
      projections: [occupancy],
      reliesOn: [{ event: roomBooked, fields: ['room', 'minutes'] }],
    }),
  ],
})
export class OccupancyModule {}

export async function brokenBy(place: string, modules: readonly unknown[]): Promise<readonly string[]> {
  return (await brokenReliancesOf(modules, place)).map(describeBroken);
}
