/** Following a log page by page: what each page tells, and when it ends. */
import { z } from 'zod';
import { defineEvent } from '../contracts/event-contract.js';
import { EventLog } from '../event-log.js';
import { EVERYTHING, START, position, PAGE_SIZE, type Page, type Query } from '../event.js';
import { MemoryStore } from '../../stores/memory.store.js';

const counted = defineEvent({ type: 'number.recorded', schema: z.int() });
const noted = defineEvent({ type: 'note.taken', schema: z.string() });
const notes: Query = [{ types: ['note.taken'] }];

describe('the pages after a position', () => {
  let store: MemoryStore;
  let log: EventLog;

  beforeEach(() => {
    store = new MemoryStore();
    log = logOver();
  });

  afterEach(() => log.close());

  /** Another one of the same store has nothing of it in memory. */
  const logOver = (): EventLog => {
    const made = new EventLog(store);
    made.contracts.register([counted, noted]);
    return made;
  };
  const count = (events: number): Promise<unknown> =>
    log.append(Array.from({ length: events }, (_, index) => counted.create(index)));
  const pagesUntil = async (last: number, query = EVERYTHING, from = log): Promise<readonly Page[]> => {
    const pages: Page[] = [];
    for await (const page of from.followPages(query)) {
      pages.push(page);
      if (page.through >= last) break;
    }
    return pages;
  };
  const inShort = (pages: readonly Page[]): readonly (readonly number[])[] =>
    pages.map(({ events, through }) => [events.length, through]);

  it('have at most so many events each, from the store and from memory', async () => {
    const fromMemory = pagesUntil(PAGE_SIZE + 1);
    await count(PAGE_SIZE + 1);
    const expected = [
      [PAGE_SIZE, PAGE_SIZE],
      [1, PAGE_SIZE + 1],
    ];
    expect(inShort(await fromMemory)).toEqual(expected);
    expect(inShort(await pagesUntil(PAGE_SIZE + 1, EVERYTHING, logOver()))).toEqual(expected);
  });

  it('tell how far they go where no event matches, from the store and from memory', async () => {
    const fromMemory = pagesUntil(3, notes);
    await count(3);
    expect(inShort(await fromMemory)).toEqual([[0, 3]]);
    expect(inShort(await pagesUntil(3, notes, logOver()))).toEqual([[0, 3]]);
  });

  it('are read from the store one at a time, when they are asked for', async () => {
    await count(3 * PAGE_SIZE);
    let given = 0;
    const read = store.read.bind(store);
    store.read = async function* (query, range) {
      for await (const page of read(query, range)) {
        given += 1;
        yield page;
      }
    };
    const pages = logOver().followPages()[Symbol.asyncIterator]();
    await pages.next();
    await new Promise((resolve) => setImmediate(resolve));
    expect(given).toBe(1);
    await pages.return?.();
  });

  it('end when the log closes', async () => {
    await count(1);
    const pages = log.followPages()[Symbol.asyncIterator]();
    await pages.next();
    const last = pages.next();
    await log.close();
    await expect(last).resolves.toEqual({ done: true, value: undefined });
  });

  it('end with the reason of the follower’s signal, while it waits and while it reads', async () => {
    await count(1);
    const reason = new Error('enough');
    const stop = new AbortController();
    const pages = log.followPages(EVERYTHING, START, stop.signal)[Symbol.asyncIterator]();
    await pages.next();
    const waiting = pages.next();
    stop.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    const late = log.followPages(EVERYTHING, position(0), stop.signal)[Symbol.asyncIterator]();
    await expect(late.next()).rejects.toBe(reason);
  });
});
