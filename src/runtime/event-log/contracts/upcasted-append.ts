/** Appends under a condition on events in their current revisions, to a store that knows only the recorded ones. */
import { AppendConditionFailed, EventUnreadable } from '../errors.js';
import {
  position,
  type Commit,
  type NewCommit,
  type Position,
  type Query,
  type RecordedEvent,
} from '../event.js';
import type { EventStore } from '../event-store.js';
import { matchesEverything } from '../query.js';
import type { ContractRegistry } from './contract-registry.js';
import { readUpcasted } from './upcasted-read.js';

/** What became of an append: recorded, or not, because the event at a position breaks the condition. */
export type AppendOutcome =
  | {
      readonly kind: 'recorded';
      readonly commit: Commit;
      /** Told by the log, of a commit that this append recorded. */
      readonly events?: readonly RecordedEvent[];
    }
  | { readonly kind: 'conflict'; readonly position: Position };

/** How often the condition is looked at again because other commits came between reading the log and appending to it. */
const MAX_ATTEMPTS = 10;

/**
 * The store is given a stricter condition, on what may become what the condition excludes. Where that fails, the events
 * are read in their current revisions; if none of them breaks the condition, the append is tried again from there on.
 * A condition on every event is broken by whatever was recorded, also by events that upcasters drop.
 */
export async function appendConditionally(
  store: EventStore,
  contracts: ContractRegistry,
  commit: NewCommit,
): Promise<AppendOutcome> {
  const { condition } = commit;
  if (condition === undefined || !contracts.hasUpcasters || matchesEverything(condition.query)) {
    return appendTo(store, commit);
  }
  const query = contracts.asStored(condition.query);
  let { after } = condition;
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await appendTo(store, { ...commit, condition: { query, after } });
    if (outcome.kind === 'recorded' || attempt === MAX_ATTEMPTS) return outcome;
    const head = await store.head();
    const breaking = await firstMatching(store, contracts, condition.query, { after, through: head });
    if (breaking !== undefined) return { kind: 'conflict', position: breaking };
    after = head;
  }
}

/** A store throws when the condition does not hold; above it that is a value. */
async function appendTo(store: EventStore, commit: NewCommit): Promise<AppendOutcome> {
  try {
    return { kind: 'recorded', commit: await store.append(commit) };
  } catch (error) {
    if (error instanceof AppendConditionFailed)
      return { kind: 'conflict', position: position(error.position) };
    throw error;
  }
}

/** The position of the first event that matches; one that cannot be read may match. */
async function firstMatching(
  store: EventStore,
  contracts: ContractRegistry,
  query: Query,
  range: { readonly after: Position; readonly through: Position },
): Promise<Position | undefined> {
  try {
    for await (const [event] of readUpcasted(store, contracts, query, { ...range, limit: 1 })) {
      if (event !== undefined) return event.position;
    }
    return undefined;
  } catch (error) {
    if (error instanceof EventUnreadable) return position(error.position);
    throw error;
  }
}
