/** Decides what may happen to one entry: unknown ──recorded──▶ recorded ──retracted──▶ retracted. */
import { assign, setup } from 'xstate';
import {
  Problem,
  defineDecider,
  tag,
  type Command,
  type Position,
  type RecordedOf,
} from '../../../src/runtime/index.js';
import { entryRecorded, entryRetracted } from './entries.events.js';

export interface EntryContext {
  readonly value: string | undefined;
  readonly retraction: { readonly position: number; readonly reason: string } | undefined;
}

export const entryMachine = setup({
  types: {
    context: {} as EntryContext,
    events: {} as RecordedOf<typeof entryRecorded> | RecordedOf<typeof entryRetracted>,
  },
}).createMachine({
  id: 'entry',
  context: { value: undefined, retraction: undefined },
  initial: 'unknown',
  states: {
    unknown: {
      on: {
        'entry.recorded': {
          target: 'recorded',
          actions: assign({ value: ({ event }) => event.data.value }),
        },
      },
    },
    recorded: {
      on: {
        'entry.retracted': {
          target: 'retracted',
          actions: assign({
            retraction: ({ event }) => ({ position: event.position, reason: event.data.reason }),
          }),
        },
      },
    },
    retracted: {},
  },
});

export class EntryNotFound extends Problem {
  constructor(given: string) {
    const detail = `There is no entry at position ${given}; an entry is named by the position that recording it answered with.`;
    super('not-found', 'entry-not-found', 'There is no such entry', detail, {
      faults: [{ parameter: 'position', detail }],
    });
  }
}

class EntryAlreadyRetracted extends Problem {
  constructor(entry: Position, { retraction }: EntryContext) {
    const detail = `The entry at position ${entry} was retracted at position ${retraction?.position ?? '?'}; that is final.`;
    super('conflict', 'entry-already-retracted', 'The entry is already retracted', detail, {
      faults: [{ parameter: 'position', detail }],
    });
  }
}

export const entryDecider = defineDecider({
  name: 'entry',
  machine: entryMachine,
  consumes: [entryRecorded, entryRetracted],
  subject: (entry: Position) => ({ query: [{ tags: [tag(`entry:${entry}`)] }], origin: entry }),
  refusal: ({ value, context }, entry) =>
    value === 'retracted' ? new EntryAlreadyRetracted(entry, context) : new EntryNotFound(String(entry)),
});

export const retract: Command<EntryContext, { readonly entry: Position; readonly reason: string }> = {
  records: entryRetracted,
  decide: ({ context }, { entry, reason }) => [
    entryRetracted.create({ entry, value: context.value ?? '', reason }, [tag(`entry:${entry}`)]),
  ],
};
