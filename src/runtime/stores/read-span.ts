/** A read with all its bounds known, and which events of a commit are part of it. */
import { START, type Position, type Query, type Range, type StoredEvent } from '../event-log/event.js';
import { matches, matchesEverything } from '../event-log/query.js';

export interface ReadSpan {
  readonly query: Query;
  readonly after: Position;
  readonly through: Position;
  readonly backwards: boolean;
  /** Of events. */
  readonly limit: number;
}

/** The span that is read, which ends at the head at most. */
export function spanOf(query: Query, range: Range, head: Position): ReadSpan {
  const { after = START, through = head, limit = Infinity, backwards = false } = range;
  return { query, after, through: through > head ? head : through, limit, backwards };
}

export interface CommittedEvents {
  readonly first: Position;
  readonly last: Position;
  readonly events: readonly StoredEvent[];
}

/** The events of a commit that the span contains, in the span's direction. Does not look at the limit. */
export function matchingEvents(
  { first, last, events }: CommittedEvents,
  { query, after, through, backwards }: ReadSpan,
): readonly StoredEvent[] {
  const isWhole = first > after && last <= through;
  const inside = isWhole
    ? events
    : events.slice(Math.max(0, after + 1 - first), Math.max(0, through + 1 - first));
  const matching = matchesEverything(query) ? inside : inside.filter((event) => matches(query, event));
  return backwards ? matching.toReversed() : matching;
}
