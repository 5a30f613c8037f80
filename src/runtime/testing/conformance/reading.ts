/** Reads a whole log into memory, and describes the outcome of an append. */
import { AppendConditionFailed } from '../../event-log/errors.js';
import type { EventStore } from '../../event-log/event-store.js';
import {
  EVERYTHING,
  position,
  type Json,
  type NewCommit,
  type Query,
  type Range,
  type RecordedCommit,
  type StoredEvent,
} from '../../event-log/event.js';

/** A signal that is never aborted. */
export const never: AbortSignal = new AbortController().signal;

export const BACKWARDS: Range = { backwards: true };

export async function pagesOf(
  store: EventStore,
  query: Query = EVERYTHING,
  range: Range = {},
): Promise<readonly (readonly StoredEvent[])[]> {
  const pages: (readonly StoredEvent[])[] = [];
  for await (const page of store.read(query, range)) pages.push(page);
  return pages;
}

export async function eventsOf(
  store: EventStore,
  query?: Query,
  range?: Range,
): Promise<readonly StoredEvent[]> {
  return (await pagesOf(store, query, range)).flat();
}

export async function positionsOf(
  store: EventStore,
  query?: Query,
  range?: Range,
): Promise<readonly number[]> {
  return (await eventsOf(store, query, range)).map((each) => each.position);
}

export async function dataOf(store: EventStore, query?: Query, range?: Range): Promise<readonly Json[]> {
  return (await eventsOf(store, query, range)).map((each) => each.data);
}

/** Appends a commit, and reads its events back. */
export async function recorded(store: EventStore, asked: NewCommit): Promise<readonly StoredEvent[]> {
  const { first, last } = await store.append(asked);
  return eventsOf(store, EVERYTHING, { after: position(first - 1), through: last });
}

export async function commitsOf(
  store: EventStore,
  range?: Pick<Range, 'after' | 'through'>,
): Promise<readonly RecordedCommit[]> {
  const commits: RecordedCommit[] = [];
  for await (const page of store.commits(range)) commits.push(...page);
  return commits;
}

/** The outcome of an append: `recorded at 4`, `repeated at 1`, or `broken by 3`. */
export async function outcomeOf(store: EventStore, asked: NewCommit): Promise<string> {
  try {
    const { first, repeated } = await store.append(asked);
    return `${repeated ? 'repeated' : 'recorded'} at ${first}`;
  } catch (error) {
    if (error instanceof AppendConditionFailed) return `broken by ${error.position}`;
    throw error;
  }
}

/** The integers from the first to the last, both included. */
export function integers(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
