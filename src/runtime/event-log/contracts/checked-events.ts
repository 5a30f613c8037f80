/** Checks events before they are recorded: they keep their contracts, are JSON, and can no longer be changed. */
import { findInexact } from '../../http/kernel/exact-json.js';
import { faultsOf } from '../../http/kernel/json-faults.js';
import { pointer, type Fault } from '../../http/kernel/problem.js';
import { ContractBroken, InvalidValue } from '../errors.js';
import { NO_TAGS, tag, type EventContent, type Metadata, type NewEvent } from '../event.js';
import { freezeJson, isFault } from '../frozen-json.js';
import type { ContractRegistry } from './contract-registry.js';
import type { AnyContract } from './event-contract.js';

export const MAX_COMMIT_EVENTS = 10_000;

/** Each tag is an entry in an index, written while the thread waits: 60,000 took 200 ms. */
export const MAX_COMMIT_TAGS = 20_000;

/** Roughly what an event's own fields take in memory, besides its data. */
const EVENT_BYTES = 200;

export interface CheckedEvents {
  readonly checked: readonly EventContent[];
  /** Roughly what they take in memory. */
  readonly bytes: number;
}

/**
 * @throws ContractBroken when an event has no contract or breaks it
 * @throws InvalidValue when there are none or too many, they have too many tags, or a tag cannot be one
 */
export function checkEvents(contracts: ContractRegistry, events: readonly NewEvent[]): CheckedEvents {
  if (events.length === 0 || events.length > MAX_COMMIT_EVENTS) {
    throw new InvalidValue(`A commit has 1 to ${MAX_COMMIT_EVENTS} events, not ${events.length}.`);
  }
  const tags = events.reduce((count, event) => count + (event.tags?.length ?? 0), 0);
  if (tags > MAX_COMMIT_TAGS) {
    throw new InvalidValue(
      `The events of a commit have at most ${MAX_COMMIT_TAGS} tags together, not ${tags}.`,
    );
  }
  let bytes = 0;
  const checked = events.map((event, index) => {
    const contract = contractFor(event, index, contracts);
    refuseInexact(event, index);
    const data = validData(event, index, contract);
    const frozen = freezeJson(data);
    if (isFault(frozen)) throw new ContractBroken(frozen.detail, [within(frozen, index)]);
    bytes += frozen.bytes + EVENT_BYTES;
    return {
      type: event.type,
      revision: contract.revision,
      tags: event.tags === undefined ? NO_TAGS : Object.freeze(event.tags.map((each) => tag(each))),
      data: frozen.value,
    };
  });
  return { checked, bytes };
}

function contractFor({ type }: NewEvent, index: number, contracts: ContractRegistry): AnyContract {
  const contract = contracts.contractOf(type);
  if (contract !== undefined) return contract;
  const detail = `There is no event ${type}; there are ${contracts.types.join(', ')}.`;
  throw new ContractBroken(detail, [{ detail, pointer: pointer(['events', index, 'type']) }]);
}

/** Before the schema, which would tell of a class of ours or, if it takes anything, pass it on. */
function refuseInexact({ type, data }: NewEvent, index: number): void {
  const found = findInexact(data);
  if (found === undefined) return;
  const { detail } = found.number;
  throw new ContractBroken(`${type}: ${detail}`, [
    { detail, pointer: pointer(['events', index, 'data', ...found.path]) },
  ]);
}

/** The event's data as its contract's schema has it. */
function validData({ type, data }: NewEvent, index: number, { schema }: AnyContract): unknown {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const faults = faultsOf(parsed.error, ['events', index, 'data']);
  throw new ContractBroken(`${type}: ${faults[0]?.detail ?? 'its data is wrong'}`, faults);
}

/** @throws InvalidValue unless it is JSON */
export function checkedMetadata(metadata: Metadata): Metadata {
  const frozen = freezeJson(metadata);
  if (isFault(frozen)) throw new InvalidValue(`The metadata cannot be recorded: ${frozen.detail}`);
  return frozen.value as Metadata;
}

function within(fault: Fault, index: number): Fault {
  return { ...fault, pointer: `${pointer(['events', index, 'data'])}${fault.pointer?.slice(1) ?? ''}` };
}
