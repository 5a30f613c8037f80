/**
 * What can become of one number: unknown ──recorded──▶ recorded ──retracted──▶ retracted.
 * A number can be retracted exactly when this machine has a transition for it.
 */
import { assign, setup } from 'xstate';
import type { RecordedOf } from '../../runtime/index.js';
import type { numberRecorded, numberRetracted } from './numbers.events.js';

export interface NumberContext {
  readonly recorded: { readonly value: string; readonly time: string } | undefined;
  readonly retraction:
    { readonly position: number; readonly time: string; readonly reason: string } | undefined;
}

export const numberMachine = setup({
  types: {
    context: {} as NumberContext,
    events: {} as RecordedOf<typeof numberRecorded> | RecordedOf<typeof numberRetracted>,
  },
}).createMachine({
  id: 'number',
  context: { recorded: undefined, retraction: undefined },
  initial: 'unknown',
  states: {
    unknown: {
      on: {
        'number.recorded': {
          target: 'recorded',
          actions: assign({ recorded: ({ event }) => ({ value: event.data.value, time: event.time }) }),
        },
      },
    },
    recorded: {
      on: {
        'number.retracted': {
          target: 'retracted',
          actions: assign({
            retraction: ({ event }) => ({
              position: event.position,
              time: event.time,
              reason: event.data.reason,
            }),
          }),
        },
      },
    },
    retracted: {},
  },
});
