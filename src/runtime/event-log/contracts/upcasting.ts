/** Brings an event from the revision that it was recorded in to the current one: 1 → 2 → 3, one step at a time. */
import type { ZodError } from 'zod';
import { EventUnreadable } from '../errors.js';
import type { AnyContract, Revision, Upcasted, Upcaster } from './event-contract.js';
import { tag, type Json, type NewEvent, type RecordedEvent, type StoredEvent, type Tag } from '../event.js';
import { freezeJson, isFault } from '../frozen-json.js';

/** The contract of a type; undefined for an unknown type. */
export type ContractLookup = (type: string) => AnyContract | undefined;

/** Whether it needs no upcasting: it is of the current revision, or of an unknown type. */
export function isCurrent({ type, revision }: StoredEvent, contractOf: ContractLookup): boolean {
  const contract = contractOf(type);
  return contract === undefined || contract.revision === revision;
}

/** Whether all of them are. Most have the type and revision of the one before, which need not be looked up again. */
export function areCurrent(events: readonly StoredEvent[], contractOf: ContractLookup): boolean {
  let last: StoredEvent | undefined;
  for (const event of events) {
    if (event.type === last?.type && event.revision === last.revision) continue;
    if (!isCurrent(event, contractOf)) return false;
    last = event;
  }
  return true;
}

/** Whether this version knows the revision that it was recorded in. */
export function isKnown(event: StoredEvent, contractOf: ContractLookup): boolean {
  return isCurrent(event, contractOf) || stepFrom(event, contractOf) !== undefined;
}

/**
 * The event in current revisions: none, one or many events, all at its position, with its time, commit and metadata.
 *
 * @throws EventUnreadable when there is no way from its revision to the current one, or an upcaster fails
 */
export function upcasted(event: StoredEvent, contractOf: ContractLookup): readonly RecordedEvent[] {
  const events = upcastStepwise(event, event, contractOf);
  return events.length === 1
    ? events
    : events.map((each, index) => Object.freeze({ ...each, part: index + 1 }));
}

function upcastStepwise(
  event: StoredEvent,
  recorded: StoredEvent,
  contractOf: ContractLookup,
): readonly StoredEvent[] {
  if (isCurrent(event, contractOf)) return [event];
  const step = stepFrom(event, contractOf);
  if (step === undefined) throw unknownRevision(event, recorded, contractOf);
  return applyUpcaster(step, event, recorded).flatMap((next) => upcastStepwise(next, recorded, contractOf));
}

interface Step {
  readonly upcaster: Upcaster;
  readonly to: Revision;
}

function stepFrom({ type, revision }: StoredEvent, contractOf: ContractLookup): Step | undefined {
  const contract = contractOf(type);
  const from = contract?.earlier.findIndex((earlier) => earlier.revision === revision) ?? -1;
  const upcaster = contract?.earlier[from]?.upcaster;
  const to = contract?.earlier[from + 1] ?? contract;
  return upcaster && to && { upcaster, to };
}

function applyUpcaster(
  { upcaster, to }: Step,
  event: StoredEvent,
  recorded: StoredEvent,
): readonly StoredEvent[] {
  try {
    const given: unknown = upcaster.upcast(event);
    if (!Array.isArray(given)) throw new TypeError('it gives no array of events');
    return (given as readonly (Upcasted | NewEvent)[]).map((each) => {
      const { type, revision, schema } = targetOf(each, { ...to, type: event.type }, upcaster.yields);
      // Position, time, commit and metadata are those that were recorded, whatever else the upcaster gave.
      return Object.freeze({
        position: event.position,
        type,
        revision,
        tags: tagsOf(each, event, upcaster.addsTags),
        data: checked(each.data, schema),
        time: event.time,
        commit: event.commit,
        metadata: event.metadata,
      });
    });
  } catch (error) {
    const which = `the upcaster of ${event.type} from revision ${event.revision} to ${to.revision}`;
    const reason = error instanceof Error ? error.message : String(error);
    throw new EventUnreadable(recorded, `and ${which} failed: ${reason}`, { cause: error });
  }
}

interface Target extends Revision {
  readonly type: string;
}

/** The type and revision of the event that an upcaster gives. */
function targetOf({ type }: Upcasted | NewEvent, own: Target, yields: readonly Target[]): Target {
  if (type === undefined) return own;
  const other = yields.find((contract) => contract.type === type);
  if (other === undefined) throw new Error(`it gives ${type}, which yields does not list`);
  return other;
}

/** A read by tag must find every event that gets the tag, so `addsTags` announces new ones. Those that lost it are filtered out. */
function tagsOf(given: Upcasted | NewEvent, { tags }: StoredEvent, addsTags: boolean): readonly Tag[] {
  if (given.tags === undefined) return tags;
  const added = given.tags.find((each) => !tags.includes(each));
  if (added !== undefined && !addsTags) throw new Error(`it adds the tag ${added} without addsTags`);
  return Object.freeze(given.tags.map((each) => tag(each)));
}

/** The data as its revision's schema parses it, so that no consumer folds what breaks its contract. */
function checked(data: unknown, schema: Revision['schema']): Json {
  const parsed = schema.safeParse(data);
  if (!parsed.success) throw new Error(firstFault(parsed.error));
  const frozen = freezeJson(parsed.data);
  if (isFault(frozen)) throw new Error(frozen.detail);
  return frozen.value;
}

/** Where data breaks its schema first, and how: `data.value: …`. */
export function firstFault({ issues: [issue] }: ZodError): string {
  return `${['data', ...(issue?.path ?? [])].join('.')}: ${issue?.message ?? 'it is wrong'}`;
}

function unknownRevision(
  event: StoredEvent,
  recorded: StoredEvent,
  contractOf: ContractLookup,
): EventUnreadable {
  const contract = contractOf(event.type);
  const newest = contract?.revision ?? 0;
  const oldest = contract?.earlier[0]?.revision ?? newest;
  const known = oldest === newest ? `revision ${newest}` : `revisions ${oldest} to ${newest}`;
  const become = event === recorded ? '' : `which becomes ${event.type} of revision ${event.revision}, `;
  return new EventUnreadable(recorded, `${become}but this version knows ${known}.`);
}
