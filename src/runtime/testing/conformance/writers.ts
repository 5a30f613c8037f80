/** Concurrent writers of commits of uneven size, and what a reader must see of them. */
import type { EventStore } from '../../event-log/event-store.js';
import { START, position, type Commit, type Position, type StoredEvent } from '../../event-log/event.js';
import { commit, events } from './commits.js';
import { expect } from './test-runner.js';
import { integers } from './reading.js';

export interface Writers {
  readonly writers: number;
  readonly commits: number;
}

/** Most commits are small, some are large: a small commit must not become visible before a large one with lower positions. */
const sizeOf = (writer: number, nth: number): number =>
  (writer * 7 + nth * 13) % 10 === 0 ? 60 : 1 + (nth % 4);

/** How many events one writer records. */
export function countOf(writer: number, { commits }: Writers): number {
  return integers(0, commits - 1).reduce((count, nth) => count + sizeOf(writer, nth), 0);
}

/** Each writer appends its commits one after the other, tagged with its name. Writers take turns with the stores. @returns the last position */
export async function write(
  stores: readonly EventStore[],
  { writers, commits }: Writers,
  run = 'run',
): Promise<Position> {
  const writeOne = async (writer: number, store: EventStore): Promise<readonly Commit[]> => {
    const answers: Commit[] = [];
    for (let nth = 0; nth < commits; nth += 1) {
      const made = events(sizeOf(writer, nth), (index) => ({
        tags: [`writer:${writer}`],
        data: [run, writer, nth, index],
      }));
      answers.push(await store.append(commit(`${run}/${writer}/${nth}`, made)));
    }
    return answers;
  };
  const answers = await Promise.all(
    integers(0, writers - 1).flatMap((writer) => {
      const store = stores[writer % stores.length];
      return store === undefined ? [] : [writeOne(writer, store)];
    }),
  );
  return position(Math.max(START, ...answers.flat().map(({ last }) => last)));
}

/** Every position once, in order; each commit in one piece; and each writer's commits in the order of its appends. */
export function expectWhole(seen: readonly StoredEvent[], first: number, last: number): void {
  expect(seen.map((event) => event.position)).toEqual(integers(first, last));
  const inPieces = seen.filter(
    (event, index) => event.commit !== seen[index - 1]?.commit && !isFirstOfCommit(event),
  );
  // Only the first commit may be cut, where the read begins.
  expect(inPieces.filter((event) => event.position !== first)).toEqual([]);
  for (const commits of byWriter(seen).values()) expect(commits).toEqual([...commits].sort(byNumber));
}

const byNumber = (one: number, other: number): number => one - other;

const isFirstOfCommit = (event: StoredEvent): boolean => Array.isArray(event.data) && event.data[3] === 0;

/** For each writer of each run, the numbers of its commits, in the order of their events. */
function byWriter(seen: readonly StoredEvent[]): ReadonlyMap<string, readonly number[]> {
  const commits = new Map<string, number[]>();
  for (const { commit: id } of seen) {
    const [run, writer, nth] = id.split('/');
    const name = `${String(run)}/${String(writer)}`;
    commits.set(name, [...(commits.get(name) ?? []), Number(nth)]);
  }
  return commits;
}
