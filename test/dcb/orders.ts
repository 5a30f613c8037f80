/** Orders, each placed under a token of the client's that can be used once (dcb.events: prevent record duplication). */
import { setup } from 'xstate';
import { z } from 'zod';
import { defineDecider, type Command } from '../../src/runtime/command/decider.js';
import { defineEvent, type RecordedOf } from '../../src/runtime/event-log/contracts/event-contract.js';
import { tag, type Tag } from '../../src/runtime/event-log/event.js';
import { Refused } from '../support/refused.js';

export const orderPlaced = defineEvent({
  type: 'order.placed',
  schema: z.strictObject({ order: z.string().min(1), token: z.string().min(1) }),
});

const ofToken = (token: string): Tag => tag(`token:${token}`);

const tokenMachine = setup({
  types: { events: {} as RecordedOf<typeof orderPlaced> },
}).createMachine({
  id: 'token',
  initial: 'unused',
  states: { unused: { on: { 'order.placed': 'used' } }, used: {} },
});

export const tokenDecider = defineDecider({
  name: 'token',
  machine: tokenMachine,
  consumes: [orderPlaced],
  subject: (token: string) => ({ query: [{ tags: [ofToken(token)] }] }),
  refusal: () => new Refused('order-placed', 'The order was placed before.'),
});

export const placeOrder: Command<unknown, { readonly order: string; readonly token: string }> = {
  records: orderPlaced,
  decide: (_, { order, token }) => [
    orderPlaced.create({ order, token }, [tag(`order:${order}`), ofToken(token)]),
  ],
};
