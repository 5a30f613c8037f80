/** Random transitions, to anywhere in the machine and in every form that names a target. */
import fc from 'fast-check';
import { any, built, isAbove, piece, type Config, type Piece, type Spot } from './planned-machine.js';
import { action } from './random-actions.js';
import { guard } from './random-guards.js';

interface TransitionPlan {
  readonly goes: 'nowhere' | 'below' | 'beside' | 'anywhere';
  readonly to: number;
  /** A second target, where one can be active together with the first. */
  readonly also: number | undefined;
  readonly reenters: boolean;
  readonly guard: Piece | undefined;
  readonly actions: readonly Piece[];
}

const place = fc.nat({ max: 999 });

/** @param guards undefined for none */
export const transition = (guards: fc.Arbitrary<Piece | undefined>): fc.Arbitrary<Piece> =>
  fc
    .record({
      goes: fc.constantFrom('nowhere', 'below', 'beside', 'beside', 'beside', 'anywhere'),
      to: place,
      also: fc.option(place, { nil: undefined, freq: 2 }),
      reenters: fc.boolean(),
      guard: guards,
      actions: fc.array(action, { maxLength: 2 }),
    })
    .map((plan) => (spot) => transitionOf(plan, spot));

/** It goes nowhere and does nothing. */
const forbidding: Piece = piece('forbidden transitions', () => ({}));

/** What may take events of one type; of several with guards the last one mostly has none. */
export const candidates: fc.Arbitrary<readonly Piece[]> = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(transition(fc.constant(undefined))) },
  { weight: 3, arbitrary: fc.tuple(transition(guard), transition(fc.constant(undefined))) },
  { weight: 2, arbitrary: fc.array(transition(guard), { minLength: 1, maxLength: 3 }) },
  { weight: 1, arbitrary: fc.constant([forbidding]) },
);

function transitionOf(plan: TransitionPlan, spot: Spot): Config {
  const target = targetOf(plan, spot);
  const guarded = plan.guard?.(spot);
  const actions = built(plan.actions, spot);
  return {
    ...(target === undefined ? {} : { target }),
    ...(plan.reenters && spot.building.has('reentering transitions') ? { reenter: true } : {}),
    ...(guarded === undefined ? {} : { guard: guarded }),
    ...(actions.length === 0 ? {} : { actions }),
  };
}

/** Where there is nothing below or beside the source, it goes anywhere. */
function targetOf({ goes, to, also }: TransitionPlan, spot: Spot): unknown {
  const { spots } = spot.building;
  const [parent] = spot.above;
  if (goes === 'nowhere') return undefined;
  const below = spots.filter((each) => isAbove(spot, each));
  if (goes === 'below' && below.length > 0) {
    return piece('targets below the source', () => `.${pathFrom(spot, any(below, to))}`)(spot);
  }
  const beside = spots.filter((each) => parent !== undefined && isAbove(parent, each));
  if (goes === 'beside' && parent !== undefined && beside.length > 0) {
    return piece('targets beside the source', () => pathFrom(parent, any(beside, to)))(spot);
  }
  const first = any(spots, to);
  const others = also === undefined ? [] : spots.filter((each) => canBeTogether(first, each));
  return others.length > 0
    ? piece('targets in several regions', () => [`#${first.id}`, `#${any(others, also ?? 0).id}`])(spot)
    : piece('targets elsewhere in the hierarchy', () => `#${first.id}`)(spot);
}

/** In two regions of one parallel state. */
function canBeTogether(one: Spot, other: Spot): boolean {
  if (one === other || isAbove(one, other) || isAbove(other, one)) return false;
  return one.above.find((above) => isAbove(above, other))?.kind === 'parallel';
}

const pathFrom = (above: Spot, spot: Spot): string =>
  [spot, ...spot.above.slice(0, spot.above.indexOf(above))]
    .map(({ key }) => key)
    .reverse()
    .join('.');
