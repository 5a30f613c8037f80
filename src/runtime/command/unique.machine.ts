/** The machines of a value that only one subject may have, and of a sequence of numbers. */
import { assign, setup, type AnyStateMachine } from 'xstate';
import type { RecordedEvent } from '../event-log/event.js';

/** The data of both events: the value, and the id of the subject that claims or releases it. */
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- an interface is no Json
export type Claimed = {
  readonly value: string;
  readonly owner: string;
};

/** free ──claimed──▶ taken ──released, by its owner──▶ free. */
export function uniqueMachine(name: string): AnyStateMachine {
  return setup({
    types: { context: {} as { readonly owner: string | null }, events: {} as RecordedEvent<string, Claimed> },
    guards: { isOwner: ({ context, event }) => event.data.owner === context.owner },
    actions: {
      own: assign({ owner: ({ event }) => event.data.owner }),
      free: assign({ owner: null }),
    },
  }).createMachine({
    id: name,
    context: { owner: null },
    initial: 'free',
    states: {
      free: { on: { [`${name}.claimed`]: { target: 'taken', actions: 'own' } } },
      taken: { on: { [`${name}.released`]: { guard: 'isOwner', target: 'free', actions: 'free' } } },
    },
  });
}

/** @param numberOf the number that an event has taken */
export function sequenceMachine(
  name: string,
  type: string,
  numberOf: (data: never) => number,
): AnyStateMachine {
  return setup({
    types: { context: {} as { readonly last: number }, events: {} as RecordedEvent },
    guards: { isNext: ({ context, event }) => numberOf(event.data as never) === context.last + 1 },
    actions: { take: assign({ last: ({ event }) => numberOf(event.data as never) }) },
  }).createMachine({
    id: name,
    context: { last: 0 },
    initial: 'unused',
    states: {
      // Only the newest event is folded, so the first that is seen may have any number.
      unused: { on: { [type]: { target: 'used', actions: 'take' } } },
      used: { on: { [type]: { guard: 'isNext', actions: 'take' } } },
    },
  });
}
