/** What can become of a value that only one may have, and of a sequence of numbers. */
import { assign, setup, type AnyStateMachine } from 'xstate';
import type { RecordedEvent } from '../event-log/event.js';

/** What is recorded of a value, and whose it is: an id of a subject. */
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
    guards: {
      // Only the newest event is folded, so the first that is seen may be any.
      isNext: ({ context, event }) =>
        context.last === 0 || numberOf(event.data as never) === context.last + 1,
    },
  }).createMachine({
    id: name,
    context: { last: 0 },
    on: {
      [type]: {
        guard: 'isNext',
        actions: assign({ last: ({ event }) => numberOf(event.data as never) }),
      },
    },
  });
}
