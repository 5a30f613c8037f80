/** A small context with a write side: a door can be opened when it is closed, and closed when it is open. */
import { assign, setup } from 'xstate';
import { z } from 'zod';
import { defineDecider, type Command, type Decider } from '../../src/runtime/command/decider.js';
import { defineEvent, type RecordedOf } from '../../src/runtime/event-log/contracts/event-contract.js';
import { tag, type Query } from '../../src/runtime/event-log/event.js';
import { EventLog } from '../../src/runtime/event-log/event-log.js';
import type { EventStore } from '../../src/runtime/event-log/event-store.js';
import { Problem } from '../../src/runtime/http/kernel/problem.js';

const door = z.strictObject({ door: z.string(), by: z.string() });

export const doorOpened = defineEvent({ type: 'door.opened', schema: door });
export const doorClosed = defineEvent({ type: 'door.closed', schema: door });

export interface DoorContext {
  readonly opened: number;
}

const machine = setup({
  types: {
    context: {} as DoorContext,
    events: {} as RecordedOf<typeof doorOpened> | RecordedOf<typeof doorClosed>,
  },
}).createMachine({
  id: 'door',
  context: { opened: 0 },
  initial: 'closed',
  states: {
    closed: {
      on: {
        'door.opened': { target: 'open', actions: assign({ opened: ({ context }) => context.opened + 1 }) },
      },
    },
    open: { on: { 'door.closed': 'closed' } },
  },
});

export class DoorStandsSo extends Problem {
  constructor(name: string, state: string) {
    super('conflict', 'door-stands-so', 'The door stands so already', `The door ${name} is ${state}.`);
  }
}

export const about = (name: string): Query => [{ tags: [tag(`door:${name}`)] }];

export const doorDecider: Decider<string, DoorContext> = defineDecider({
  name: 'door',
  machine,
  consumes: [doorOpened, doorClosed],
  subject: (name: string) => ({ query: about(name) }),
  refusal: ({ value }, name) => new DoorStandsSo(name, value as string),
});

export interface Doorkeeper {
  readonly door: string;
  readonly by: string;
}

export const open: Command<DoorContext, Doorkeeper> = {
  records: doorOpened,
  decide: (_, { door: name, by }) => [doorOpened.create({ door: name, by }, [tag(`door:${name}`)])],
};

export const close: Command<DoorContext, Doorkeeper> = {
  records: doorClosed,
  decide: (_, { door: name, by }) => [doorClosed.create({ door: name, by }, [tag(`door:${name}`)])],
};

/** A log that knows both events. */
export function doorsLog(store: EventStore): EventLog {
  const log = new EventLog(store);
  log.contracts.register([doorOpened, doorClosed]);
  return log;
}
