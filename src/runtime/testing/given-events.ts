/** What a test gives: events as they may have been recorded, with everything filled in that it does not care about. */
import { ContractRegistry } from '../event-log/contracts/contract-registry.js';
import { revisionsOf, type AnyContract, type EventContract } from '../event-log/contracts/event-contract.js';
import { firstFault } from '../event-log/contracts/upcasting.js';
import {
  NO_METADATA,
  NO_TAGS,
  commitId,
  position,
  tag,
  type Json,
  type Metadata,
  type NewCommit,
  type NewEvent,
  type StoredEvent,
} from '../event-log/event.js';
import { freezeJson, isFault } from '../event-log/frozen-json.js';
import { matches } from '../event-log/query.js';
import type { Subject } from '../command/decision-model.js';

/** An event of the past. What `create` of a contract makes is one. */
export interface GivenEvent extends NewEvent {
  /** Default: the current one. */
  readonly revision?: number;
  readonly metadata?: Metadata;
  /** RFC 3339. Default: seconds apart from 2026-01-31T12:00:00Z on. */
  readonly time?: string;
  /** Where no decider or projection of the test consumes it. */
  readonly contract?: AnyContract;
}

/** The first example of a contract, with other members where they are given. @throws Error when it has none */
export function exampleOf<Type extends string, Data>(
  contract: EventContract<Type, Data>,
  members: Partial<NoInfer<Data>> = {},
): GivenEvent {
  const [example] = contract.examples;
  if (example === undefined)
    throw new Error(`${contract.type} has no example; give its contract some, as in examples: [{ data: … }]`);
  const { data, metadata } = example;
  const changed = Object.keys(members).length === 0 ? data : { ...data, ...members };
  return {
    type: contract.type,
    data: changed as Json,
    contract: contract as AnyContract,
    ...(metadata !== undefined && { metadata }),
  };
}

/**
 * An event as it was recorded in an earlier revision: what is folded is what the upcasters make of it.
 *
 * @throws Error when the contract has no such revision
 */
export function inRevision(
  contract: AnyContract,
  revision: number,
  data: Json,
  options: Pick<GivenEvent, 'tags' | 'metadata' | 'time'> = {},
): GivenEvent {
  requireRevision(contract, revision);
  return { type: contract.type, revision, data, contract, ...options };
}

/** Events about a subject of a decider: they get its tags, where they have none of their own. */
export function about<Id>(
  decider: { readonly subject: (id: Id) => Subject },
  id: NoInfer<Id>,
  events: readonly GivenEvent[],
): readonly GivenEvent[] {
  const { query, origin } = decider.subject(id);
  const ofOrigin = origin === undefined ? undefined : events[origin - 1]?.type;
  return events.map((event) => {
    // A subject that is named by a position is created by an event that has no tag of it.
    if (event.tags !== undefined || event.type === ofOrigin) return event;
    const tags = query.find(({ types }) => types?.includes(event.type) ?? true)?.tags;
    return tags === undefined ? event : { ...event, tags };
  });
}

/** Whether an event about the subject is among them. */
export function isAbout(
  { query, origin }: Subject,
  { position, type, revision, tags }: StoredEvent,
): boolean {
  return position === origin || matches(query, { type, revision, tags });
}

/** All contracts that the events and their consumers know. @throws Error when two claim one type */
export function registryOf(
  events: readonly GivenEvent[],
  ...known: readonly (readonly AnyContract[])[]
): ContractRegistry {
  const registry = new ContractRegistry();
  registry.register([...new Set([...known.flat(), ...events.flatMap(({ contract }) => contract ?? [])])]);
  return registry;
}

/**
 * The events as a log would have them: each is a commit of its own, at the positions 1, 2, …
 *
 * @throws Error that says which of them has no contract or breaks it, and what would be right
 */
export function storedEvents(
  events: readonly GivenEvent[],
  { contractOf, types }: ContractRegistry,
  consumer: string,
): readonly StoredEvent[] {
  return events.map((event, index) => {
    const where = `given[${index}], ${event.type}`;
    const contract = contractOf(event.type);
    if (contract === undefined)
      throw new Error(
        `${where}: ${consumer} does not consume it; there are ${types.join(', ') || 'none'}. If it belongs there, name its contract: given(events, { contracts: [ … ] })`,
      );
    const { revision = contract.revision } = event;
    const { schema } = requireRevision(contract, revision, where);
    const parsed = schema.safeParse(event.data);
    if (!parsed.success) throw new Error(`${where}: ${firstFault(parsed.error)}`);
    const data = freezeJson(parsed.data);
    if (isFault(data)) throw new Error(`${where}: ${data.pointer ?? 'data'}: ${data.detail}`);
    return {
      position: position(index + 1),
      type: event.type,
      revision,
      tags: Object.freeze((event.tags ?? NO_TAGS).map((each) => tag(each))),
      data: data.value,
      time: event.time ?? timeOf(index),
      commit: commitId(`given-${index + 1}`),
      metadata: event.metadata ?? NO_METADATA,
    };
  });
}

/** The commit that recorded it. */
export function commitOf({ commit, time, metadata, type, revision, tags, data }: StoredEvent): NewCommit {
  return { id: commit, time, metadata, events: [{ type, revision, tags, data }] };
}

const FIRST_TIME = Date.parse('2026-01-31T12:00:00.000Z');

const timeOf = (index: number): string => new Date(FIRST_TIME + index * 1000).toISOString();

function requireRevision(
  contract: AnyContract,
  revision: number,
  where = contract.type,
): ReturnType<typeof revisionsOf>[number] {
  const revisions = revisionsOf(contract);
  const found = revisions.find((each) => each.revision === revision);
  if (found !== undefined) return found;
  const known = revisions.map((each) => each.revision).join(', ');
  throw new Error(`${where}: there is no revision ${revision}; there are ${known}`);
}
