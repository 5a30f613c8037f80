/** Has a consumer fold examples of everything that it consumes, in every state that they lead to. */
import type { Consumer } from '../contract-registry.js';
import type { RecordedEvent } from '../../event.js';

/** An example as its consumers see it today, and the published revision that it is an example of. */
export interface CurrentExample {
  readonly event: RecordedEvent;
  readonly of: { readonly type: string; readonly revision: number };
  /** Which of that revision's examples it is, from 1. */
  readonly example: number;
}

export interface FoldingFailure extends Pick<CurrentExample, 'of' | 'example'> {
  /** The state that could not go on. */
  readonly state: string;
  readonly error: unknown;
}

/**
 * Anybody may append any event that keeps its contract, in any order; one that throws in a state that can be reached
 * would stop the consumer for good. States are told apart by their value, not by their context.
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
        const key = JSON.stringify(next.value);
        // Iterating over a map goes on with what is added to it.
        if (!reached.has(key)) reached.set(key, next);
      } catch (error) {
        failures.push({ of, example, state: name, error });
      }
    }
  }
  return failures;
}
