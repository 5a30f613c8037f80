/** Random flat machines for fast-check: states, events, guards and assignments in every form that XState has. */
import fc from 'fast-check';
import { assign, createMachine, type AnyStateMachine } from 'xstate';

export interface AmountEvent {
  readonly type: string;
  readonly amount: number;
}

export interface Sums {
  readonly a: number;
  readonly b: number;
}

interface Args {
  readonly context: Sums;
  readonly event: AmountEvent;
}

export type Config = Readonly<Record<string, unknown>>;

const STATES = ['s0', 's1', 's2', 's3'];
const TYPES = ['first.happened', 'second.happened', 'third.happened'];

const small = fc.integer({ min: -5, max: 5 });
const stateName = fc.constantFrom(...STATES);

export const amountEvents = fc.array(
  fc.record({ type: fc.constantFrom(...TYPES, 'unknown.happened'), amount: small }),
  { minLength: 1, maxLength: 25 },
);

const guard = fc.oneof(
  small.map(
    (least) =>
      ({ context, event }: Args) =>
        context.a + event.amount >= least,
  ),
  fc.constantFrom<unknown>('isEven', { type: 'isEven' }),
  small.map((least) => ({ type: 'isAtLeast', params: { least } })),
  small.map((more) => ({
    type: 'isAtLeast',
    params: ({ context, event }: Args) => ({ least: context.b + event.amount + more }),
  })),
);

const action = fc.oneof(
  fc.constantFrom<unknown>('swap', { type: 'swap' }, 'addAmount'),
  small.map((by) => ({ type: 'addBy', params: { by } })),
  fc.constant({ type: 'addBy', params: ({ event }: Args) => ({ by: event.amount }) }),
  small.map((value) => assign({ b: value })),
  small.map((more) =>
    // Each member is computed from the context as it was before.
    assign({
      a: ({ context, event }: Args) => context.b + event.amount,
      b: ({ context }: Args) => context.a + more,
    }),
  ),
  small.map((more) => assign(({ context, event }: Args) => ({ a: context.a - event.amount + more }))),
);

const transitionTo = (target: fc.Arbitrary<string>): fc.Arbitrary<Config> =>
  fc.record(
    {
      guard,
      target,
      reenter: fc.boolean(),
      actions: fc.oneof(action, fc.array(action, { maxLength: 3 })),
    },
    { requiredKeys: [] },
  );

const transitions = (target: fc.Arbitrary<string>): fc.Arbitrary<Config> =>
  fc.dictionary(
    fc.constantFrom(...TYPES),
    fc.oneof(
      transitionTo(target),
      fc.array(transitionTo(target), { minLength: 1, maxLength: 3 }),
      target,
      fc.constant({}), // forbidden here, whatever the machine as a whole would do
    ),
    { maxKeys: 3 },
  );

/** The configuration of a flat machine; what else a machine may have is added to it. */
export const flatConfig: fc.Arbitrary<Config & { readonly states: Readonly<Record<string, Config>> }> = fc
  .record({
    initial: stateName,
    context: fc.record({ a: small, b: small }),
    states: fc
      .tuple(...STATES.map(() => fc.record({ on: transitions(stateName) })))
      .map((nodes) => Object.fromEntries(nodes.map((node, index) => [`s${index}`, node]))),
    on: transitions(stateName.map((name) => `.${name}`)),
  })
  .map((config) => ({ id: 'random', ...config }));

export function machineOf(config: Config): AnyStateMachine {
  return createMachine(
    config as never,
    {
      guards: {
        isEven: ({ context, event }: Args) => (context.a + event.amount) % 2 === 0,
        isAtLeast: ({ context }: Args, { least }: { readonly least: number }) => context.a >= least,
      },
      actions: {
        swap: assign(({ context }: Args) => ({ a: context.b, b: context.a })),
        addAmount: assign({ a: ({ context, event }: Args) => context.a + event.amount }),
        addBy: assign({
          b: ({ context }: Args, { by }: { readonly by: number }) => context.b + by,
        }),
      },
    } as never,
  );
}
