/** Finds the whole commits that hold the events of a query, in a store that finds events and reads commits. */
import {
  position,
  type Position,
  type Query,
  type Range,
  type RecordedCommit,
  type StoredEvent,
} from '../event.js';
import { matchesEverything } from '../query.js';

interface ReadableLog {
  read(query: Query, range: Range): AsyncIterable<readonly StoredEvent[]>;
  commits(range?: Pick<Range, 'after' | 'through'>): AsyncIterable<readonly RecordedCommit[]>;
}

/** Commits that are so near to each other are read together, with those between them. */
const MAX_GAP_EVENTS = 64;

/** Positions between which every commit is read. */
interface Run {
  first: Position;
  last: Position;
}

/** Pages as those of `EventStore.commitsWith`. */
export async function* commitsHolding(
  log: ReadableLog,
  query: Query,
  range: Range,
): AsyncIterable<readonly RecordedCommit[]> {
  const { after, through, limit, backwards = false } = range;
  if (!backwards && limit === undefined && matchesEverything(query)) {
    const bounds = { ...(after !== undefined && { after }), ...(through !== undefined && { through }) };
    yield* log.commits(bounds);
    return;
  }
  // A commit whose events are in two pages is given once.
  let given: Position | undefined;
  for await (const events of log.read(query, range)) {
    const wanted = new Set(events.map(({ commit }) => commit));
    for (const { first, last } of runsOf(events, backwards)) {
      const found: RecordedCommit[] = [];
      for await (const commits of log.commits({ after: position(first - 1), through: last }))
        for (const commit of commits) if (wanted.has(commit.id) && commit.first !== given) found.push(commit);
      if (backwards) found.reverse();
      const end = found.at(-1);
      if (end === undefined) continue;
      given = end.first;
      yield found;
    }
  }
}

function runsOf(events: readonly StoredEvent[], backwards: boolean): readonly Run[] {
  const ascending = backwards ? events.toReversed() : events;
  const runs: Run[] = [];
  for (const { position: at } of ascending) {
    const run = runs.at(-1);
    if (run !== undefined && at - run.last <= MAX_GAP_EVENTS) run.last = at;
    else runs.push({ first: at, last: at });
  }
  return backwards ? runs.reverse() : runs;
}
