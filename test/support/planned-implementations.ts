/** What the random machines name: guards that depend on everything, and assignments that do not commute, so that every order shows. */
import { and, assign, enqueueActions, not, raise } from 'xstate';

export interface Sums {
  readonly a: number;
  readonly b: number;
}

export interface Context extends Sums {
  /** Tells which actions were carried out, and in which order. */
  readonly trail: number;
}

export interface Given {
  readonly context: Context;
  readonly event: { readonly type: string; readonly amount?: number; readonly output?: number };
}

interface By {
  readonly by: number;
}

/** What the event brings: its amount, or the output of the final state that it tells of. */
export const amountOf = ({ event }: Given): number => event.amount ?? event.output ?? 0;

export const further = (trail: number, by: number): number => (trail * 31 + by) % 100_003;

export const within = (sum: number): number => ((sum % 13) + 13) % 13;

export const implementations = {
  guards: {
    isEven: (given: Given): boolean => (given.context.trail + amountOf(given)) % 2 === 0,
    isLikewise: 'isEven',
    isOddAndLarge: and([not('isEven' as never), ({ context }: Given) => context.a > 4] as never),
    isMultiple: ({ context }: Given, { of }: { readonly of: number }): boolean => context.trail % of === 0,
  },
  actions: {
    swap: assign(({ context: { a, b, trail } }: Given) => ({ a: b, b: a, trail: further(trail, 1) })),
    addBy: assign({
      b: ({ context }: Given, { by }: By) => within(context.a * 2 + by),
      trail: ({ context }: Given, { by }: By) => further(context.trail, by),
    }),
    enqueueBy: enqueueActions(({ enqueue }, { by }: By) => {
      enqueue({ type: 'addBy', params: { by } });
      enqueue('swap');
    }),
    tell: raise({ type: 'told.one' }),
  },
};
