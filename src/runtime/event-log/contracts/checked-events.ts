/** What is to be recorded, looked at before anything is asked of the store: it keeps its contracts, is JSON, and nobody can change it. */
import { pointer, type Fault } from '../../http/kernel/problem.js';
import type { ContractRegistry } from './contract-registry.js';
import { ContractBroken, InvalidValue } from '../errors.js';
import { tag, type Metadata, type NewEvent, type StoredEvent, type Tag } from '../event.js';
import { freezeJson, isFault } from '../frozen-json.js';

/** No more events than this in one commit. */
export const MAX_COMMIT_EVENTS = 10_000;

export type CheckedEvent = Pick<StoredEvent, 'type' | 'revision' | 'tags' | 'data'>;

export interface CheckedEvents {
  readonly checked: readonly CheckedEvent[];
  /** Roughly the bytes that they take in memory. */
  readonly weight: number;
}

/**
 * Every event as it will be recorded.
 *
 * @throws ContractBroken when an event has no contract or breaks it
 * @throws InvalidValue when there are none or too many, or a tag cannot be one
 */
export function checkEvents(contracts: ContractRegistry, events: readonly NewEvent[]): CheckedEvents {
  if (events.length === 0 || events.length > MAX_COMMIT_EVENTS) {
    throw new InvalidValue(`A commit has 1 to ${MAX_COMMIT_EVENTS} events, not ${events.length}.`);
  }
  let weight = 0;
  const checked = events.map((event, index) => {
    const { contract, data } = contracts.check(event, index);
    const frozen = freezeJson(data);
    if (isFault(frozen)) throw new ContractBroken(frozen.detail, [within(frozen, index)]);
    weight += frozen.weight + 200; // an event's own fields
    return {
      type: event.type,
      revision: contract.revision,
      tags: event.tags === undefined ? NO_TAGS : Object.freeze(event.tags.map((each) => tag(each))),
      data: frozen.value,
    };
  });
  return { checked, weight };
}

export const NO_METADATA: Metadata = Object.freeze({});
const NO_TAGS: readonly Tag[] = Object.freeze([]);

/** @throws InvalidValue unless it is JSON */
export function checkedMetadata(metadata: Metadata): Metadata {
  const frozen = freezeJson(metadata);
  if (isFault(frozen)) throw new InvalidValue(`The metadata cannot be recorded: ${frozen.detail}`);
  return frozen.value as Metadata;
}

function within(fault: Fault, index: number): Fault {
  return { ...fault, pointer: `${pointer(['events', index, 'data'])}${fault.pointer?.slice(1) ?? ''}` };
}
