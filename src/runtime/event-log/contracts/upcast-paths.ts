/** What events of earlier revisions may become: known from the contracts alone, before any event is read. */
import type { AnyContract } from './event-contract.js';
import type { ContractLookup } from './upcasting.js';

/** A type that a chain of upcasters may end at. */
export interface UpcastOutcome {
  readonly type: string;
  /** Whether the event may have tags that were not recorded. */
  readonly retagged: boolean;
}

/** An earlier revision, and what its events may become. They may also become nothing. */
export interface UpcastPath {
  readonly type: string;
  readonly revision: number;
  readonly outcomes: readonly UpcastOutcome[];
}

/** One for every earlier revision of these contracts. @throws Error when upcasters go in a circle */
export function upcastPaths(
  contracts: readonly AnyContract[],
  contractOf: ContractLookup,
): readonly UpcastPath[] {
  return contracts.flatMap(({ type, earlier }) =>
    earlier.map(({ revision }) => ({ type, revision, outcomes: outcomesOf(type, revision, contractOf) })),
  );
}

function outcomesOf(
  type: string,
  revision: number,
  contractOf: ContractLookup,
  before: readonly string[] = [],
): readonly UpcastOutcome[] {
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
