/** The check of a decider whose machine has parallel states and guards that read the data of events. */
import fc from 'fast-check';
import { assign, setup } from 'xstate';
import { z } from 'zod';
import type { Decision } from '../../command/commands.js';
import { defineDecider, type Decider } from '../../command/decider.js';
import { defineEvent, type RecordedOf } from '../../event-log/contracts/event-contract.js';
import { tag, type Tag } from '../../event-log/event.js';
import type { FoldState } from '../../fold/fold-state.js';
import { Problem } from '../../http/kernel/problem.js';
import { checkDecider } from './index.js';

const cents = z.strictObject({ cents: z.int().min(1).max(100) });
const nothing = z.strictObject({});
const orderPaid = defineEvent({ type: 'order.paid', schema: cents });
const parcelSent = defineEvent({ type: 'parcel.sent', schema: nothing });
const parcelReturned = defineEvent({ type: 'parcel.returned', schema: nothing });

interface Order {
  readonly due: number;
}

const of = (id: string): readonly Tag[] => [tag(`order:${id}`)];

/** Paid in parts of at most what is due, and sent and returned whether it is paid or not. */
function orderWith(
  send: (state: FoldState<Order>, id: string) => Decision = (_state, id) => parcelSent.create({}, of(id)),
): Decider<
  string,
  Order,
  { readonly pay: typeof cents; readonly send: typeof nothing; readonly return: typeof nothing }
> {
  return defineDecider({
    name: 'order',
    machine: setup({
      types: {
        context: {} as Order,
        events: {} as
          RecordedOf<typeof orderPaid> | RecordedOf<typeof parcelSent> | RecordedOf<typeof parcelReturned>,
      },
      guards: {
        isRest: ({ context, event }) => event.type === 'order.paid' && event.data.cents === context.due,
        isPart: ({ context, event }) => event.type === 'order.paid' && event.data.cents < context.due,
      },
      actions: {
        pay: assign({
          due: ({ context, event }) => context.due - (event.type === 'order.paid' ? event.data.cents : 0),
        }),
      },
    }).createMachine({
      context: { due: 60 },
      type: 'parallel',
      states: {
        payment: {
          initial: 'unpaid',
          states: {
            unpaid: {
              on: {
                'order.paid': [
                  { guard: 'isRest', target: 'paid', actions: 'pay' },
                  { guard: 'isPart', actions: 'pay' },
                ],
              },
            },
            paid: {},
          },
        },
        delivery: {
          initial: 'waiting',
          states: {
            waiting: { on: { 'parcel.sent': 'sent' } },
            sent: { on: { 'parcel.returned': 'waiting' } },
          },
        },
      },
    }),
    consumes: [orderPaid, parcelSent, parcelReturned],
    subject: of,
    commands: {
      pay: {
        input: cents,
        records: orderPaid,
        decide: (_state, input, id) => orderPaid.create(input, of(id)),
      },
      send: { input: nothing, records: parcelSent, decide: (state, _input, id) => send(state, id) },
      return: {
        input: nothing,
        records: parcelReturned,
        decide: (_state, _input, id) => parcelReturned.create({}, of(id)),
      },
    },
  });
}

const isPaidAndBack = ({ value, context }: FoldState<Order>): boolean =>
  context.due === 0 && JSON.stringify(value).includes('waiting');

describe('a decider with parallel states and guards on data', () => {
  it('is tried in every state of every region, and refused by its guards', async () => {
    const { reached, neverReached, commands } = await checkDecider(orderWith(), { seed: 42 });
    expect(reached).toEqual(['payment.unpaid', 'payment.paid', 'delivery.waiting', 'delivery.sent']);
    expect(neverReached).toEqual([]);
    expect(commands['pay']?.recorded).toBeGreaterThan(50);
    expect(commands['pay']?.refused).toBeGreaterThan(50);
  });

  it('is shown with the shortest way to a combination of states that breaks a rule', async () => {
    const broken = orderWith((state, id) => {
      if (isPaidAndBack(state)) throw new TypeError('nobody has thought of this');
      return parcelSent.create({}, of(id));
    });
    const error: unknown = await checkDecider(broken, { seed: 42 }).catch((reason: unknown) => reason);
    const [first, ...test] = (error as Error).message.split('\n\n');
    expect(first).toMatch(
      /^the decider order breaks a rule after 2 commands \(seed 42, run \d+\): send failed: TypeError: nobody has thought of this$/,
    );
    expect(test.join('\n\n')).toBe(`await given([
  orderPaid.create({ cents: 60 }, [tag('order:a')]),
])
  .when(order, 'a', 'send', {})
  .then([]); // or .then(refused(…))
`);
  });

  it('is told by both regions where it offers what is never possible', async () => {
    const broken = orderWith((state, id) =>
      isPaidAndBack(state)
        ? new Problem('conflict', 'never', 'Never', 'Never.')
        : parcelSent.create({}, of(id)),
    );
    await expect(
      checkDecider(broken, { seed: 42, inputs: { pay: fc.constantFrom({ cents: 30 }, { cents: 60 }) } }),
    ).rejects.toThrow(
      /^the decider order offers send in \{payment:paid,delivery:waiting\}, where it was refused all of \d+ times \(seed 42\)/,
    );
  });
});
