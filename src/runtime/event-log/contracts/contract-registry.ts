/** The contracts that a log knows, and their consumers: every module registers what it publishes or consumes. */
import { createHash } from 'node:crypto';
import type { Query, RecordedEvent } from '../event.js';
import type { AnyContract, EarlierRevision } from './event-contract.js';
import { storedQuery } from './stored-query.js';
import { upcastPaths, type UpcastPath } from './upcast-paths.js';

/** A projection or a decider: it folds events. */
export interface Consumer {
  /** As in `projection sum`. */
  readonly name: string;
  readonly consumes: readonly AnyContract[];
  readonly fold: ConsumingFold;
}

export interface ConsumingFold {
  readonly initial: ConsumedState;
  step(state: ConsumedState, event: RecordedEvent): ConsumedState;
  /** The actions that `step` runs, in order: where they are, and what they return. Without it an impure action is not named. */
  actionsOf?(
    state: ConsumedState,
    event: RecordedEvent,
  ): readonly { readonly place: string; readonly context: unknown }[];
}

export interface ConsumedState {
  readonly value: unknown;
}

export class ContractRegistry {
  readonly #contracts = new Map<string, AnyContract>();
  readonly #consumers: Consumer[] = [];
  #paths: readonly UpcastPath[] = [];

  /** @throws Error when two contracts claim one event type, or their upcasters go in a circle */
  register(contracts: readonly AnyContract[]): void {
    for (const contract of contracts) {
      const known = this.#contracts.get(contract.type);
      if (known !== undefined && known !== contract) {
        throw new Error(
          `event ${contract.type} has two contracts; import the one that its context publishes`,
        );
      }
      this.#contracts.set(contract.type, contract);
    }
    this.#paths = upcastPaths(this.all(), this.contractOf);
  }

  /** Registers the contracts that it consumes, and the consumer: the contracts' test has it fold every example. */
  consumedBy({ name, consumes, fold }: Consumer): void {
    this.register(consumes);
    this.#consumers.push({ name, consumes, fold });
  }

  get consumers(): readonly Consumer[] {
    return this.#consumers;
  }

  get types(): readonly string[] {
    return [...this.#contracts.keys()].sort();
  }

  all(): readonly AnyContract[] {
    return [...this.#contracts.values()];
  }

  /** The contract of this type; undefined when none is registered. */
  readonly contractOf = (type: string): AnyContract | undefined => this.#contracts.get(type);

  /** Whether there are earlier revisions, so that events may differ from what was recorded. */
  get hasUpcasters(): boolean {
    return this.#paths.length > 0;
  }

  /** The query to ask a store for all events that match this one in current revisions; it may match more. */
  asStored(query: Query): Query {
    return storedQuery(query, this.#paths);
  }

  /**
   * A digest of the upcasters whose events may become these types; empty when there are none. It changes with the source
   * text of an upcaster, but not with that of functions which the upcaster calls.
   */
  lineageOf(types: readonly string[]): string {
    const ancestors = new Set(
      this.#paths
        .filter(({ type, outcomes }) =>
          [type, ...outcomes.map((each) => each.type)].some((each) => types.includes(each)),
        )
        .map(({ type }) => type),
    );
    if (ancestors.size === 0) return '';
    const upcasters = [...ancestors]
      .sort()
      .map((type) => [type, this.contractOf(type)?.earlier.map(describeUpcaster)]);
    return createHash('sha256').update(JSON.stringify(upcasters)).digest('base64url');
  }
}

function describeUpcaster({ revision, upcaster: { upcast, yields, addsTags } }: EarlierRevision): unknown {
  return [revision, String(upcast), addsTags, yields.map((other) => [other.type, other.revision])];
}
