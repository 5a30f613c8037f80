/** What the events of recorded revisions may become: known from the contracts alone, before any event is read. */
import type { AnyContract } from './event-contract.js';
import type { Lookup } from './upcasting.js';

/** A kind of event at the end of a chain of upcasters. */
export interface Outcome {
  readonly type: string;
  /** Whether it may have tags that were not recorded. */
  readonly retagged: boolean;
}

/** What is no longer recorded, and what its events may become; that may always be nothing at all. */
export interface Past {
  readonly type: string;
  readonly revision: number;
  readonly outcomes: readonly Outcome[];
}

/** Every earlier revision of these contracts. @throws Error when upcasters go in a circle */
export function pastsOf(contracts: readonly AnyContract[], contractOf: Lookup): readonly Past[] {
  return contracts.flatMap(({ type, earlier }) =>
    earlier.map(({ revision }) => ({ type, revision, outcomes: outcomesOf(type, revision, contractOf) })),
  );
}

function outcomesOf(
  type: string,
  revision: number,
  contractOf: Lookup,
  before: readonly string[] = [],
): readonly Outcome[] {
  const here = `${type}/${revision}`;
  if (before.includes(here)) throw new Error(`upcasters go in a circle: ${[...before, here].join(' → ')}`);
  const upcaster = contractOf(type)?.earlier.find((earlier) => earlier.revision === revision)?.upcaster;
  if (upcaster === undefined) return [{ type, retagged: false }];
  const nexts = [{ type, revision: revision + 1 }, ...upcaster.yields];
  const outcomes = nexts
    .flatMap((next) => outcomesOf(next.type, next.revision, contractOf, [...before, here]))
    .map((outcome) => ({ ...outcome, retagged: outcome.retagged || upcaster.addsTags }));
  return [...new Map(outcomes.map((outcome) => [JSON.stringify(outcome), outcome])).values()];
}
