/** Logs made up for tests that copy them: commits of many kinds, the same again for the same seed. */
import { commitId, tag, type Json, type NewCommit } from '../../src/runtime/event-log/event.js';
import type { EventStore } from '../../src/runtime/event-log/event-store.js';
import { Random } from './random.js';

const AWKWARD: readonly Json[] = [
  null,
  0.1,
  1e300,
  Number.MAX_SAFE_INTEGER,
  'a line\nfeed, "quotes", \u2028 and \u0000',
  { 'ключ 🔑': ['日本語', {}], '1': 'one', a: { b: [1, [2, [3]]] } },
  JSON.parse('{"__proto__": 1, "constructor": 2}') as Json,
  [],
];

const event = (random: Random, data: Json): NewCommit['events'][number] => ({
  type: random.onceIn(4) ? 'number.retracted' : 'number.recorded',
  revision: random.integer(1, 3),
  tags: Array.from({ length: random.integer(0, 3) }, () => tag(`number:${random.integer(1, 9)}, 100%2C`)),
  data,
});

/** So many commits of one to `most` events. */
export function madeUpCommits(count: number, { seed = 1, most = 5 } = {}): readonly NewCommit[] {
  const random = new Random(seed);
  const data = (): Json =>
    random.onceIn(3)
      ? (AWKWARD[random.integer(0, AWKWARD.length - 1)] ?? null)
      : { value: String(random.integer(-999, 999)) };
  return Array.from({ length: count }, (_, index) => ({
    id: commitId(random.onceIn(5) ? `key:${seed}/${index}` : `${seed}/${index.toString(16)}`),
    time: new Date(Date.UTC(2026, 0, 31, 12) + random.integer(-1000, 1000)).toISOString(),
    metadata: random.onceIn(3) ? { correlationId: `c-${index}`, more: { deep: [index] } } : {},
    events: Array.from({ length: random.integer(1, most) }, () => event(random, data())),
    ...(random.onceIn(3) && { fingerprint: `f-${index}` }),
  }));
}

export async function appendAll(store: EventStore, commits: readonly NewCommit[]): Promise<void> {
  await Promise.all(commits.map((commit) => store.append(commit)));
}

/** The hash of the last commit. */
export async function hashOf(store: EventStore): Promise<string | undefined> {
  let hash: string | undefined;
  for await (const page of store.commits()) hash = page.at(-1)?.hash;
  return hash;
}
