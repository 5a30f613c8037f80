/** The memory store shares the thread: what takes long is done in turns, and a condition only up to a bound. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { newCommit } from '../../../test/support/new-commit.js';
import { AppendConditionFailed, ConditionTooCostly } from '../event-log/errors.js';
import { START, position, tag, type NewCommit, type Query } from '../event-log/event.js';
import { MemoryStore } from './memory.store.js';

const EVENTS = 50_000;

const tagged = (id: string, count: number, condition?: NewCommit['condition']): NewCommit =>
  newCommit(id, 0, {
    events: Array.from({ length: count }, (_, nth) => ({
      type: 'number.recorded',
      revision: 1,
      tags: [tag(nth % 2 === 0 ? 'even' : 'odd'), tag('all'), tag('of a log')],
      data: nth,
    })),
    ...(condition !== undefined && { condition }),
  });

/** So many items that each event nearly matches. */
const nearly = (items: number): Query =>
  Array.from({ length: items }, (_, nth) => ({ tags: [tag('all'), tag(`unknown ${nth}`)] }));

describe('the memory store', () => {
  let store: MemoryStore;

  beforeEach(async () => {
    store = new MemoryStore();
    await store.append(tagged('first', EVENTS));
  });

  afterEach(() => store.close());

  /** Turns of the event loop until this is done. */
  async function turnsDuring(work: Promise<unknown>): Promise<number> {
    let [turns, isDone] = [0, false];
    const end = (): void => {
      isDone = true;
    };
    work.then(end, end);
    for (; !isDone; turns += 1) await nextTurn();
    return turns;
  }

  it('checks a condition over many events in turns, and records it when nothing breaks it', async () => {
    const appended = store.append(tagged('second', 1, { query: nearly(8), after: START }));
    expect(await turnsDuring(appended)).toBeGreaterThan(10);
    expect(await appended).toMatchObject({ first: EVENTS + 1 });
  });

  it('names the first event that breaks one, also after many turns', async () => {
    await store.append(
      newCommit('marked', 0, { events: [{ type: 'marked', revision: 1, tags: [], data: 1 }] }),
    );
    const query = [...nearly(8), { types: ['marked'] }];
    await expect(store.append(tagged('second', 1, { query, after: START }))).rejects.toThrow(
      expect.objectContaining({ constructor: AppendConditionFailed, position: EVENTS + 1 }) as Error,
    );
  });

  it('refuses a condition that takes longer than one may, and records what comes after it', async () => {
    const refused = store.append(tagged('second', 1, { query: nearly(200), after: START }));
    const recorded = store.append(tagged('third', 1));
    await expect(refused).rejects.toThrow(ConditionTooCostly);
    expect(await recorded).toMatchObject({ first: EVENTS + 1 });
  }, 30_000);

  it('records appends in the order of the calls, also behind a condition that takes turns', async () => {
    const commits = [
      store.append(tagged('a', 1, { query: nearly(8), after: START })),
      store.append(tagged('b', 1)),
      store.append(tagged('c', 1, { query: [{ types: ['number.recorded'] }], after: position(EVENTS) })),
    ];
    const [a, b, c] = await Promise.allSettled(commits);
    expect([a, b]).toMatchObject([{ value: { first: EVENTS + 1 } }, { value: { first: EVENTS + 2 } }]);
    expect(c).toMatchObject({ status: 'rejected', reason: { position: EVENTS + 1 } });
  });

  it('closes after the appends that wait', async () => {
    const appended = store.append(tagged('second', 1, { query: nearly(8), after: START }));
    await store.close();
    expect(await Promise.race([appended, Promise.resolve('not yet')])).toMatchObject({ first: EVENTS + 1 });
  });

  it('reads by a query that matches little in turns', async () => {
    const found = (async () => {
      let count = 0;
      for await (const page of store.read([...nearly(8), { tags: [tag('odd')] }], { limit: 10 }))
        count += page.length;
      for await (const page of store.read(nearly(8), {})) count += page.length;
      return count;
    })();
    expect(await turnsDuring(found)).toBeGreaterThan(10);
    expect(await found).toBe(10);
  });
});
