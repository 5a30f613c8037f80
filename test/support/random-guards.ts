/** Random guards in every form: functions, names, names with parameters, and what is composed of them. */
import fc from 'fast-check';
import { and, not, or, stateIn } from 'xstate';
import { amountOf, type Given } from './planned-implementations.js';
import { any, built, piece, shownAs, type Piece, type Spot } from './planned-machine.js';

const place = fc.nat({ max: 999 });

/** The value of a state in which the spot is active, as far down as the spot; the root has no name in it. */
function valueIn(spot: Spot): object | string {
  const [key, ...above] = [spot, ...spot.above].slice(0, -1).map((each) => each.key);
  return key === undefined ? {} : above.reduce<object | string>((value, name) => ({ [name]: value }), key);
}

export const simpleGuard: fc.Arbitrary<Piece> = fc.oneof(
  fc
    .integer({ min: 2, max: 99 })
    .map((by) =>
      piece('inline guards', () =>
        shownAs(
          `(trail + a + amount) % ${by} is odd`,
          (given: Given) => ((given.context.trail + given.context.a + amountOf(given)) % by) % 2 === 1,
        ),
      ),
    ),
  fc
    .constantFrom<unknown>('isEven', { type: 'isEven' }, 'isOddAndLarge')
    .map((name) => piece('named guards', () => name)),
  fc.constant(piece('guards named by another name', () => 'isLikewise')),
  fc
    .integer({ min: 2, max: 5 })
    .map((of) => piece('guards with parameters', () => ({ type: 'isMultiple', params: { of } }))),
  fc.integer({ min: 2, max: 4 }).map((least) =>
    piece('guards with computed parameters', () => ({
      type: 'isMultiple',
      params: shownAs(`of: |amount % 3| + ${least}`, (given: Given) => ({
        of: Math.abs(amountOf(given) % 3) + least,
      })),
    })),
  ),
  place.map((at) =>
    piece('stateIn by id', (spot) => {
      const { id } = any(spot.building.spots, at);
      return shownAs(`in #${id}`, stateIn(`#${id}`));
    }),
  ),
  place.map((at) =>
    piece('stateIn by value', (spot) => {
      const value = valueIn(any(spot.building.spots, at));
      return shownAs(`in ${JSON.stringify(value)}`, stateIn(value as never));
    }),
  ),
);

/** Of two that are composed, the first stands for both where the feature is left out. */
const composed = (
  name: 'and' | 'or',
  make: (guards: never) => object,
  guards: fc.Arbitrary<Piece>,
): fc.Arbitrary<Piece> =>
  fc.tuple(guards, guards).map((pieces) =>
    piece(
      name,
      (spot) => {
        const operands = built(pieces, spot);
        return shownAs(`${name} ${JSON.stringify(operands)}`, make(operands as never));
      },
      pieces[0],
    ),
  );

const negated = (guards: fc.Arbitrary<Piece>): fc.Arbitrary<Piece> =>
  guards.map((negative) =>
    piece(
      'not',
      (spot) => {
        const operand = negative(spot);
        return operand && shownAs(`not ${JSON.stringify(operand)}`, not(operand as never));
      },
      negative,
    ),
  );

export const { guard } = fc.letrec<{ guard: Piece }>((tie) => ({
  guard: fc.oneof(
    { maxDepth: 2 },
    { weight: 4, arbitrary: simpleGuard },
    { weight: 1, arbitrary: composed('and', and, tie('guard')) },
    { weight: 1, arbitrary: composed('or', or, tie('guard')) },
    { weight: 1, arbitrary: negated(tie('guard')) },
  ),
}));

/** Holds seldom: what is taken without an event would else be taken again and again. */
export const rareGuard: fc.Arbitrary<Piece> = fc
  .tuple(guard, fc.integer({ min: 4, max: 11 }))
  .map(([given, of]) => (spot) => {
    const operands = [{ type: 'isMultiple', params: { of } }, ...built([given], spot)];
    return shownAs(`and ${JSON.stringify(operands)}`, and(operands as never));
  });
