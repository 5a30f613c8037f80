/** What an export holds: commits in their order, each with those of its events that were selected. */
import {
  START,
  position,
  type Position,
  type Query,
  type StoredEvent,
} from '../../runtime/event-log/event.js';
import type { EventStore } from '../../runtime/event-log/event-store.js';
import { matchesEverything } from '../../runtime/event-log/query.js';

export interface ExportSelection {
  readonly query: Query;
  /** Only what stands after it. */
  readonly after: Position;
  /** Only what stands up to it. */
  readonly through: Position;
}

export interface SelectedCommit {
  readonly fingerprint?: string;
  /** At least one. */
  readonly events: readonly StoredEvent[];
}

/**
 * A page at a time, so that a log of any length takes no more memory than a page and its longest commit.
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
      // Only the first and the last commit can reach beyond the range.
      events:
        first > after && last <= through
          ? events
          : events.filter((event) => event.position > after && event.position <= through),
    }));
  }
}

/** By the store's indexes, and not by reading everything. */
async function* matchingCommits(
  store: EventStore,
  { query, after, through }: ExportSelection,
): AsyncIterable<readonly SelectedCommit[]> {
  let gathered: StoredEvent[] = [];
  for await (const page of store.read(query, { after, through })) {
    const whole: SelectedCommit[] = [];
    for (const event of page) {
      if (gathered.length > 0 && gathered[0]?.commit !== event.commit) {
        whole.push(await withFingerprint(store, gathered));
        gathered = [];
      }
      gathered.push(event);
    }
    if (whole.length > 0) yield whole;
  }
  if (gathered.length > 0) yield [await withFingerprint(store, gathered)];
}

async function withFingerprint(store: EventStore, events: readonly StoredEvent[]): Promise<SelectedCommit> {
  const [event] = events;
  const commit = event && (await store.find(event.commit));
  return { ...(commit?.fingerprint !== undefined && { fingerprint: commit.fingerprint }), events };
}

/** How much of the range lies behind a position, from 0 to 1. */
export function fractionOf({ after, through }: ExportSelection, reached: Position): number {
  return through === after ? 1 : (reached - after) / (through - after);
}

/** What is selected of a log, as far as it reaches. */
export function exportSelection(
  head: Position,
  query: Query,
  after: Position = START,
  through: Position = head,
): ExportSelection {
  return { query, after, through: position(Math.min(through, head)) };
}
