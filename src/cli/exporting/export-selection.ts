/** Selects what an export contains: commits in order, each with those of its events that match a query and a range. */
import {
  START,
  position as toPosition,
  type Position,
  type Query,
  type StoredEvent,
} from '../../runtime/event-log/event.js';
import type { EventStore } from '../../runtime/event-log/event-store.js';
import { matchesEverything } from '../../runtime/event-log/query.js';

export interface ExportSelection {
  readonly query: Query;
  /** Exclusive lower bound. */
  readonly after: Position;
  /** Inclusive upper bound. */
  readonly through: Position;
}

export interface SelectedCommit {
  readonly fingerprint?: string;
  /** At least one. */
  readonly events: readonly StoredEvent[];
}

/**
 * Reads in pages: memory is bounded by a page and the largest commit, whatever the length of the log.
 *
 * @throws LogDamaged
 */
export function readSelection(
  store: EventStore,
  selection: ExportSelection,
): AsyncIterable<readonly SelectedCommit[]> {
  return matchesEverything(selection.query)
    ? allCommits(store, selection)
    : matchingCommits(store, selection);
}

async function* allCommits(
  store: EventStore,
  { after, through }: ExportSelection,
): AsyncIterable<readonly SelectedCommit[]> {
  if (after >= through) return;
  for await (const page of store.commits({ after, through })) {
    yield page.map(({ first, last, events, fingerprint }) => ({
      ...(fingerprint !== undefined && { fingerprint }),
      // Only the first and the last commit can extend beyond the range.
      events:
        first > after && last <= through
          ? events
          : events.filter((event) => event.position > after && event.position <= through),
    }));
  }
}

/** Uses the store's indexes instead of reading the whole log. */
async function* matchingCommits(
  store: EventStore,
  { query, after, through }: ExportSelection,
): AsyncIterable<readonly SelectedCommit[]> {
  let current: StoredEvent[] = [];
  for await (const page of store.read(query, { after, through })) {
    const complete: SelectedCommit[] = [];
    for (const event of page) {
      if (current.length > 0 && current[0]?.commit !== event.commit) {
        complete.push(await withFingerprint(store, current));
        current = [];
      }
      current.push(event);
    }
    if (complete.length > 0) yield complete;
  }
  if (current.length > 0) yield [await withFingerprint(store, current)];
}

async function withFingerprint(store: EventStore, events: readonly StoredEvent[]): Promise<SelectedCommit> {
  const [event] = events;
  const commit = event && (await store.find(event.commit));
  return { ...(commit?.fingerprint !== undefined && { fingerprint: commit.fingerprint }), events };
}

/** Which fraction of the range lies at or before a position, from 0 to 1. */
export function fractionOf({ after, through }: ExportSelection, position: Position): number {
  return through === after ? 1 : (position - after) / (through - after);
}

/** The selection, bounded by the head of the log. */
export function exportSelection(
  head: Position,
  query: Query,
  after: Position = START,
  through: Position = head,
): ExportSelection {
  return { query, after, through: toPosition(Math.min(through, head)) };
}
