/** Laws of upcasting, over random histories: a chain equals its steps one after another, and nothing else changes. */
import fc from 'fast-check';
import { AppendConditionFailed } from '../../src/runtime/event-log/errors.js';
import { position, type Query, type RecordedEvent } from '../../src/runtime/event-log/event.js';
import type { EventLog } from '../../src/runtime/event-log/event-log.js';
import { matches, matchesEverything } from '../../src/runtime/event-log/query.js';
import { MemoryStore } from '../../src/runtime/stores/memory.store.js';
import { logWith } from '../support/parcels.js';
import {
  anyDrafts,
  anyPasts,
  anyQuery,
  contractsOf,
  directly,
  pick,
  type Draft,
  type Pasts,
  type Seen,
} from '../support/random-pasts.js';

/** What is read, and at which position. */
type Expected = Seen & { readonly position: number };

interface Recorded {
  /** The log as today's contracts see it. */
  readonly log: EventLog;
  readonly expected: readonly Expected[];
}

/** Records each draft as the code of its revision did, and computes how it is read today. */
async function recorded(pasts: Pasts, drafts: readonly Draft[]): Promise<Recorded> {
  const store = new MemoryStore();
  const chains = contractsOf(pasts);
  const expected: Expected[] = [];
  for (const [index, { type, revision, n, tags }] of drafts.entries()) {
    const chain = chains[type] ?? [];
    const contract = pick(chain, revision);
    if (contract === undefined) throw new Error('every type has a first revision');
    await logWith(store, contract).append([contract.create({ n }, tags)]);
    const seen = directly(pasts, type, revision % chain.length, n, tags);
    expected.push(...seen.map((each) => ({ ...each, position: index + 1 })));
  }
  return { log: logWith(store, ...chains.flatMap((chain) => chain.at(-1) ?? [])), expected };
}

const plainly = ({ position: at, type, data, tags }: RecordedEvent): Expected => ({
  position: at,
  type,
  n: (data as { readonly n: number }).n,
  tags,
});

async function all(pages: AsyncIterable<readonly RecordedEvent[]>): Promise<readonly Expected[]> {
  const events: Expected[] = [];
  for await (const page of pages) events.push(...page.map(plainly));
  return events;
}

const matching = (query: Query, events: readonly Expected[]): readonly Expected[] =>
  events.filter((event) => matches(query, { ...event, revision: 0, tags: event.tags as never }));

const positionsIn = (events: readonly Expected[]): readonly number[] => [
  ...new Set(events.map((event) => event.position)),
];

describe('a log of many revisions', () => {
  it('reads as the upcasting steps of each event, in the order of the positions', async () => {
    await fc.assert(
      fc.asyncProperty(anyPasts, anyDrafts, async (pasts, drafts) => {
        const { log, expected } = await recorded(pasts, drafts);
        expect(await all(log.read())).toEqual(expected);
      }),
    );
  });

  it('read by a query equals everything, filtered', async () => {
    await fc.assert(
      fc.asyncProperty(anyPasts, anyDrafts, anyQuery, async (pasts, drafts, query) => {
        const { log, expected } = await recorded(pasts, drafts);
        expect(await all(log.read(query))).toEqual(matching(query, expected));
      }),
      { numRuns: 300 },
    );
  });

  it('read in a range, in either direction, equals everything in that range', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyPasts,
        anyDrafts,
        anyQuery,
        fc.nat(12),
        fc.nat(12),
        fc.nat(5),
        fc.boolean(),
        async (pasts, drafts, query, after, length, limit, backwards) => {
          const { log, expected } = await recorded(pasts, drafts);
          const through = position(after + length);
          const inRange = matching(query, expected).filter(
            (event) => event.position > after && event.position <= through,
          );
          const ordered = backwards ? inRange.toReversed() : inRange;
          const wanted = positionsIn(ordered).slice(0, limit);
          const range = { after: position(after), through, limit, backwards };
          expect(await all(log.read(query, range))).toEqual(
            ordered.filter((event) => wanted.includes(event.position)),
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  it('read page by page, each after the last position of the one before, has no gap and no repeat', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyPasts,
        anyDrafts,
        anyQuery,
        fc.integer({ min: 1, max: 4 }),
        async (pasts, drafts, query, limit) => {
          const { log, expected } = await recorded(pasts, drafts);
          const seen: Expected[] = [];
          for (let after = 0; ; after = seen.at(-1)?.position ?? 0) {
            const page = await all(log.read(query, { after: position(after), limit }));
            if (page.length === 0) break;
            seen.push(...page);
          }
          expect(seen).toEqual(matching(query, expected));
        },
      ),
    );
  });

  it('accepts a conditional append exactly if no event breaks the condition as it is read today', async () => {
    await fc.assert(
      fc.asyncProperty(anyPasts, anyDrafts, anyQuery, fc.nat(12), async (pasts, drafts, query, after) => {
        fc.pre(!matchesEverything(query));
        const { log, expected } = await recorded(pasts, drafts);
        fc.pre(after <= (await log.head()));
        const breaking = matching(query, expected).find((event) => event.position > after)?.position;
        const [event] = log.contracts.all().map((contract) => contract.create({ n: 1 }));
        const outcome = await log
          .append(event === undefined ? [] : [event], { condition: { query, after: position(after) } })
          .then(
            () => undefined,
            (error: unknown) => (error instanceof AppendConditionFailed ? error.position : error),
          );
        expect(outcome).toBe(breaking);
      }),
      { numRuns: 300 },
    );
  });

  it('can be followed to its head, whatever the last events have become', async () => {
    await fc.assert(
      fc.asyncProperty(anyPasts, anyDrafts, async (pasts, drafts) => {
        fc.pre(drafts.length > 0);
        const { log, expected } = await recorded(pasts, drafts);
        const seen: Expected[] = [];
        for await (const { events, through } of log.followPages()) {
          seen.push(...events.map(plainly));
          if (through >= drafts.length) break;
        }
        expect(seen).toEqual(expected);
      }),
    );
  });
});
