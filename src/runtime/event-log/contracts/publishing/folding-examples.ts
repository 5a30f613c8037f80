/** Has a consumer fold examples of all events that it consumes, in every state that they lead to. */
import { isDeepStrictEqual } from 'node:util';
import { atAnotherMoment } from './another-moment.js';
import type { ConsumedState, Consumer, ConsumingFold } from '../contract-registry.js';
import type { RecordedEvent } from '../../event.js';

/** An example in the current revision, and the published revision that it is of. */
export interface CurrentExample {
  readonly event: RecordedEvent;
  readonly of: { readonly type: string; readonly revision: number };
  /** The number of the example within that revision, from 1. */
  readonly example: number;
}

export interface FoldingFailure extends Pick<CurrentExample, 'of' | 'example'> {
  /** The state in which it could not be folded. */
  readonly state: string;
  readonly error: unknown;
}

/**
 * Any event that keeps its contract may be appended, in any order; one that throws in a state that can be reached would
 * stop the consumer. Each is folded twice, the second time with another clock and other random numbers: a state must follow from
 * state and event alone. States are distinguished by their value, not by their context.
 */
export function foldingFailures(
  { consumes, fold }: Consumer,
  examples: readonly CurrentExample[],
): readonly FoldingFailure[] {
  const consumed = examples.filter(({ event }) => consumes.some(({ type }) => type === event.type));
  const failures: FoldingFailure[] = [];
  const reached = new Map([[JSON.stringify(fold.initial.value), fold.initial]]);
  for (const [name, state] of reached) {
    for (const { event, of, example } of consumed) {
      try {
        const next = fold.step(state, event);
        const again = atAnotherMoment(() => fold.step(state, event));
        if (!isDeepStrictEqual(again, next))
          throw new Error(notPure(next, again, impureIn(fold, state, event)));
        const key = JSON.stringify(next.value);
        // Iterating over a map includes what is added to it meanwhile.
        if (!reached.has(key)) reached.set(key, next);
      } catch (error) {
        failures.push({ of, example, state: name, error });
      }
    }
  }
  return failures;
}

function notPure(once: ConsumedState, twice: ConsumedState, source: string | undefined): string {
  const members = differingMembers(once, twice);
  const where = members.length === 0 ? '' : `, in ${members.join(', ')}`;
  const what = source ?? 'an action or guard';
  return `folded twice it gives two states${where}; ${what} uses the clock, a random number, or something that it changes itself`;
}

/** The first action that returns something else at another moment, or that the guards then choose instead. */
function impureIn(fold: ConsumingFold, state: ConsumedState, event: RecordedEvent): string | undefined {
  const once = fold.actionsOf?.(state, event);
  const twice = atAnotherMoment(() => fold.actionsOf?.(state, event));
  if (once === undefined || twice === undefined) return undefined;
  const at = once.findIndex((action, index) => !isDeepStrictEqual(action, twice[index]));
  if (at === -1) return twice.length > once.length ? guardBefore(twice[once.length]?.place) : undefined;
  const [action, other] = [once[at], twice[at]];
  return action?.place === other?.place ? action?.place : guardBefore(action?.place);
}

const guardBefore = (place: string | undefined): string | undefined =>
  place === undefined ? undefined : `a guard before ${place}`;

function differingMembers(once: ConsumedState, twice: ConsumedState): readonly string[] {
  if (!isDeepStrictEqual(once.value, twice.value)) return ['the value of the state'];
  const [one, other] = [contextOf(once), contextOf(twice)];
  return Object.keys({ ...one, ...other })
    .filter((name) => !isDeepStrictEqual(one[name], other[name]))
    .map((name) => `context.${name}`);
}

const contextOf = (state: ConsumedState): Readonly<Record<string, unknown>> =>
  (state as { readonly context?: Readonly<Record<string, unknown>> }).context ?? {};
