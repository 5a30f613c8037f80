/** Random actions: assignments in every form, lists of them, and raised events. */
import fc from 'fast-check';
import { assign, enqueueActions, raise } from 'xstate';
import { amountOf, further, within, type Given } from './planned-implementations.js';
import { piece, shownAs, type Piece } from './planned-machine.js';
import { simpleGuard } from './random-guards.js';

/** What the machines raise; nobody else does. */
export const TOLD = ['told.one', 'told.two'];

const number = fc.integer({ min: 2, max: 99 });

const trailing =
  (by: number) =>
  (given: Given): number =>
    further(given.context.trail, by + amountOf(given));

const assignment: fc.Arbitrary<Piece> = fc.oneof(
  number.map((by) => piece('assign of values', () => shownAs(`trail := ${by}`, assign({ trail: by })))),
  number.map((by) =>
    piece('assign of members', () =>
      // Each member is computed from the context as it was before.
      shownAs(
        `a := b + amount, b := a + ${by}, trail := trail ${by} amount`,
        assign({
          a: (given: Given) => within(given.context.b + amountOf(given)),
          b: (given: Given) => within(given.context.a + by),
          trail: trailing(by),
        }),
      ),
    ),
  ),
  number.map((by) =>
    piece('assign of the whole', () =>
      shownAs(
        `{ a: a - amount + ${by}, trail: trail ${by} amount }`,
        assign((given: Given) => ({
          a: within(given.context.a - amountOf(given) + by),
          trail: trailing(by)(given),
        })),
      ),
    ),
  ),
  fc.constantFrom<unknown>('swap', { type: 'swap' }).map((name) => piece('named assign', () => name)),
  number.map((by) => piece('assign with parameters', () => ({ type: 'addBy', params: { by } }))),
  number.map((by) =>
    piece('assign with computed parameters', () => ({
      type: 'addBy',
      params: shownAs(`by: a + amount + ${by}`, (given: Given) => ({
        by: within(given.context.a + amountOf(given)) + by,
      })),
    })),
  ),
);

const listed: fc.Arbitrary<Piece> = fc.oneof(
  number.map((by) => piece('enqueueActions with parameters', () => ({ type: 'enqueueBy', params: { by } }))),
  number.map((by) =>
    piece('enqueueActions with assign', () =>
      shownAs(
        `enqueue trail := trail ${by} amount, swap`,
        enqueueActions(({ enqueue }) => {
          enqueue.assign({ trail: trailing(by) });
          enqueue('swap');
        }),
      ),
    ),
  ),
  fc.tuple(number, simpleGuard).map(([by, asked]): Piece => (spot) => {
    const guard = asked(spot);
    const isAsked = spot.building.has('enqueueActions with check') && guard !== undefined;
    return shownAs(
      `enqueue ${JSON.stringify(guard)} ? trail := ${by} : swap`,
      enqueueActions(({ enqueue, check }) => {
        if (!isAsked || check(guard as never)) enqueue.assign({ trail: by });
        else enqueue('swap');
      }),
    );
  }),
);

const raised: fc.Arbitrary<Piece> = fc.oneof(
  fc
    .constantFrom<unknown>('tell', shownAs('raise told.two', raise({ type: 'told.two' })))
    .map((named) => piece('raise', () => named)),
  fc.constantFrom(...TOLD).map((type) =>
    piece('computed raise', () =>
      shownAs(
        `raise ${type}, amount := a`,
        raise(({ context }: Given) => ({ type, amount: context.a })),
      ),
    ),
  ),
  fc.constantFrom(...TOLD).map((type) =>
    piece('enqueueActions with raise', () =>
      shownAs(
        `enqueue raise ${type}`,
        enqueueActions(({ enqueue }) => {
          enqueue.raise({ type });
        }),
      ),
    ),
  ),
);

/** Too many raised events would never come to an end. */
export const action: fc.Arbitrary<Piece> = fc.oneof(
  { weight: 12, arbitrary: assignment },
  { weight: 6, arbitrary: listed },
  { weight: 1, arbitrary: raised },
);
