/** Goes through events in an array in turns of the thread: for a query, and for what breaks a condition. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ConditionTooCostly } from '../event-log/errors.js';
import { PAGE_SIZE, type AppendCondition, type Query, type StoredEvent } from '../event-log/event.js';
import { matches } from '../event-log/query.js';
import type { ConditionSearch } from './condition-search.js';

/** Of an event with a type or a tag of a query: some 5 ms. */
const MAX_TURN_COMPARISONS = 200_000;

/** For one condition: half a second, as in LMDB, while later appends wait. */
const MAX_CONDITION_TURNS = 100;

/**
 * @param events of the whole log: the event at position n is the nth
 * @throws ConditionTooCostly when none is found in as many turns as the search may take
 */
export function* searchEvents(
  events: readonly StoredEvent[],
  { query, after }: AppendCondition,
  maxTurns = MAX_CONDITION_TURNS,
): ConditionSearch {
  const keys = keysIn(query);
  let [turns, left] = [1, MAX_TURN_COMPARISONS];
  for (let index: number = after; index < events.length; index += 1) {
    const event = events[index];
    if (event === undefined) return undefined;
    if (left <= 0) {
      if (turns === maxTurns) throw new ConditionTooCostly();
      yield;
      turns += 1;
      left = MAX_TURN_COMPARISONS;
    }
    if (matches(query, event)) return event.position;
    left -= comparisonsOf(keys, event);
  }
  return undefined;
}

/** Pages of the events that match, in their order. */
export async function* matchingPages(
  events: readonly StoredEvent[],
  query: Query,
  limit: number,
): AsyncIterable<readonly StoredEvent[]> {
  const keys = keysIn(query);
  let [page, remaining, left]: [StoredEvent[], number, number] = [[], limit, MAX_TURN_COMPARISONS];
  for (const event of events) {
    if (remaining <= 0) break;
    if (left <= 0) {
      await nextTurn();
      left = MAX_TURN_COMPARISONS;
    }
    left -= comparisonsOf(keys, event);
    if (!matches(query, event)) continue;
    remaining -= 1;
    page.push(event);
    if (page.length === PAGE_SIZE) {
      yield page;
      page = [];
    }
  }
  if (page.length > 0) yield page;
}

/** Items, types and tags together. */
function keysIn(query: Query): number {
  let keys = 0;
  for (const { types, tags } of query) keys += 1 + (types?.length ?? 0) + (tags?.length ?? 0);
  return keys;
}

const comparisonsOf = (keys: number, { tags }: StoredEvent): number => keys * (1 + tags.length);
