/** Which contracts the log knows: every module registers those that it publishes or consumes. */
import { pointer } from '../http/problem.js';
import { faultsOf } from '../http/json-faults.js';
import { ContractBroken } from './errors.js';
import type { NewEvent, RecordedEvent, StoredEvent } from './event.js';
import type { AnyContract } from './event-contract.js';

export class ContractRegistry {
  readonly #contracts = new Map<string, AnyContract>();

  /** @throws Error when two contracts claim one event type */
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
  }

  get types(): readonly string[] {
    return [...this.#contracts.keys()].sort();
  }

  all(): readonly AnyContract[] {
    return [...this.#contracts.values()];
  }

  /**
   * The contract of an event that is to be recorded, and its data as the contract has it.
   *
   * @param index the event's place in its commit, for the fault's pointer
   * @throws ContractBroken
   */
  check(event: NewEvent, index: number): { readonly contract: AnyContract; readonly data: unknown } {
    const contract = this.#contracts.get(event.type);
    if (contract === undefined) {
      const detail = `There is no event ${event.type}; there are ${this.types.join(', ')}.`;
      throw new ContractBroken(detail, [{ detail, pointer: pointer(['events', index, 'type']) }]);
    }
    const parsed = contract.schema.safeParse(event.data);
    if (!parsed.success) {
      const faults = faultsOf(parsed.error, ['events', index, 'data']);
      throw new ContractBroken(`${event.type}: ${faults[0]?.detail ?? 'its data is wrong'}`, faults);
    }
    return { contract, data: parsed.data };
  }

  /**
   * Stored events as their consumers see them, as far as this code can read them: one that was recorded in a
   * revision that it does not know is an error after those before it, and is never passed over. An event of a type
   * that nobody here knows stays as it is.
   */
  current(page: readonly StoredEvent[]): {
    readonly events: readonly RecordedEvent[];
    readonly error?: Error;
  } {
    const unreadable = page.findIndex(({ type, revision }) => {
      const contract = this.#contracts.get(type);
      return contract !== undefined && contract.revision !== revision;
    });
    const event = page[unreadable];
    if (event === undefined) return { events: page };
    const known = this.#contracts.get(event.type)?.revision ?? 0;
    const what = `the event at position ${event.position} is ${event.type} of revision ${event.revision}`;
    return {
      events: page.slice(0, unreadable),
      error: new Error(`${what}, but this version knows revision ${known}`),
    };
  }
}
