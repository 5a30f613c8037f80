/** A small context of the tests' own: amounts are added, and the projection totals them. */
import { assign, setup } from 'xstate';
import { z } from 'zod';
import { defineEvent, type RecordedOf } from '../../src/runtime/event-log/contracts/event-contract.js';
import type { Commit } from '../../src/runtime/event-log/event.js';
import { EventLog } from '../../src/runtime/event-log/event-log.js';
import type { EventStore } from '../../src/runtime/event-log/event-store.js';
import { MemoryStore } from '../../src/runtime/stores/memory.store.js';
import {
  defineProjection,
  type ProjectionDefinition,
} from '../../src/runtime/projection/define-projection.js';

export const amountAdded = defineEvent({
  type: 'amount.added',
  open: true,
  schema: z.strictObject({ amount: z.int() }),
});

/** Nobody in here consumes it. */
export const noteTaken = defineEvent({
  type: 'note.taken',
  schema: z.strictObject({ text: z.string() }),
});

export interface TotalContext {
  readonly total: number;
  readonly count: number;
}

/** Totals amounts; it throws on an amount that `isBad` selects. */
export function totalOf(
  name: string,
  isBad: (amount: number) => boolean = () => false,
): ProjectionDefinition<TotalContext> {
  const machine = setup({
    types: {
      context: {} as TotalContext,
      events: {} as RecordedOf<typeof amountAdded>,
    },
  }).createMachine({
    id: name,
    context: { total: 0, count: 0 },
    initial: 'empty',
    on: {
      'amount.added': {
        target: '.totalling',
        actions: assign({
          total: ({ context, event }) => {
            if (isBad(event.data.amount)) throw new RangeError(`${event.data.amount} is too much`);
            return context.total + event.data.amount;
          },
          count: ({ context }) => context.count + 1,
        }),
      },
    },
    states: { empty: {}, totalling: {} },
  });
  return defineProjection({
    name,
    machine,
    consumes: [amountAdded],
    view: ({ context, value }) => ({ ...context, state: value }),
  });
}

/** A log that knows both events. */
export function amountsLog(store: EventStore = new MemoryStore()): EventLog {
  const log = new EventLog(store);
  log.contracts.register([amountAdded, noteTaken]);
  return log;
}

/** Adds the amounts in one commit. */
export function add(log: EventLog, ...amounts: readonly number[]): Promise<Commit> {
  return log.append(amounts.map((amount) => amountAdded.create({ amount })));
}
