/** Following the log: everything, then everything new, without a gap or a repeat. */
import { filter, firstValueFrom, take, toArray, type Observable, type Subscription } from 'rxjs';
import { z } from 'zod';
import { EMBEDDED } from '../../../test/support/event-stores.js';
import { TemporaryFolder } from '../../../test/support/server.js';
import { defineEvent } from './contracts/event-contract.js';
import { EventLog } from './event-log.js';
import { EVERYTHING, START, position, tag, type NewEvent, type Query, type RecordedEvent } from './event.js';
import type { EventStore } from './event-store.js';
import { LmdbReader } from '../stores/lmdb/lmdb.reader.js';
import { LmdbStore } from '../stores/lmdb/lmdb.store.js';

const counted = defineEvent({ type: 'number.recorded', schema: z.object({ value: z.int() }) });

const number = (value: number): NewEvent =>
  counted.create({ value }, [tag(value % 2 === 0 ? 'even' : 'odd')]);

type Pages = Observable<readonly RecordedEvent[]>;

/** The positions that a follower is given until it has seen this one. */
function positionsUntil(last: number, pages: Pages): Promise<readonly number[]> {
  return new Promise((resolve, reject) => {
    const seen: number[] = [];
    const subscription: Subscription = pages.subscribe({
      next: (page) => {
        seen.push(...page.map((event) => event.position));
        if ((seen.at(-1) ?? 0) < last) return;
        subscription.unsubscribe();
        resolve(seen);
      },
      error: reject,
    });
  });
}

const span = (first: number, last: number): readonly number[] =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);

function logOver(store: EventStore): EventLog {
  const log = new EventLog(store);
  log.contracts.register([counted]);
  return log;
}

describe.each(EMBEDDED)('following a log in $name', ({ open }) => {
  let folder: TemporaryFolder;
  let store: EventStore;
  let log: EventLog;

  beforeEach(async () => {
    folder = new TemporaryFolder();
    store = await open(folder.path);
    log = logOver(store);
  });

  afterEach(async () => {
    await log.close();
    folder.remove();
  });

  const append = (count: number): Promise<unknown> =>
    log.append(Array.from({ length: count }, (_, index) => number(index)));

  it('reads nothing from the store that was recorded here and is followed already', async () => {
    let reads = 0;
    const read = store.read.bind(store);
    store.read = (query, range) => {
      reads += 1;
      return read(query, range);
    };
    const followers = [EVERYTHING, [{ types: ['number.recorded'] }]].map((query) =>
      positionsUntil(1_000, log.follow(query)),
    );
    for (let group = 0; group < 50; group += 1) await Promise.all(span(1, 20).map(() => append(1)));
    expect(await Promise.all(followers)).toEqual([span(1, 1_000), span(1, 1_000)]);
    expect(reads).toBe(0);
  });

  it('gives everything that is there', async () => {
    await append(5);
    expect(await positionsUntil(5, log.follow())).toEqual([1, 2, 3, 4, 5]);
  });

  it('goes on with everything new', async () => {
    await append(2);
    const seen = positionsUntil(4, log.follow());
    await append(1);
    await append(1);
    expect(await seen).toEqual([1, 2, 3, 4]);
  });

  it('begins after the position that it is told', async () => {
    await append(5);
    expect(await positionsUntil(5, log.follow(EVERYTHING, position(3)))).toEqual([4, 5]);
  });

  it('from past the head gives what comes past that position', async () => {
    const seen = positionsUntil(5, log.follow(EVERYTHING, position(3)));
    await append(2);
    await append(3);
    expect(await seen).toEqual([4, 5]);
  });

  it('gives each follower all, whenever and wherever it began, while appends go on', async () => {
    const total = 3000;
    const begun: number[] = [];
    const followers: Promise<readonly number[]>[] = [];
    for (let recorded = 0; recorded < total; recorded += 300) {
      const after = recorded - (recorded % 700);
      begun.push(after);
      followers.push(positionsUntil(total, log.follow(EVERYTHING, position(after))));
      await Promise.all([1, 7, 42, 250].map(append));
    }
    expect(await log.head()).toBe(total);
    const seen = await Promise.all(followers);
    expect(seen).toEqual(begun.map((after) => span(after + 1, total)));
  });

  it('gives what the query means and nothing else, both old and new', async () => {
    await append(1500);
    const odd: Query = [{ tags: [tag('odd')] }];
    const seen = positionsUntil(3000, log.follow(odd));
    await append(1500);
    expect(await seen).toEqual(span(1, 3000).filter((each) => each % 2 === 0));
  });

  it('gives no empty page', async () => {
    const pages = firstValueFrom(log.follow([{ tags: [tag('odd')] }]).pipe(take(1), toArray()));
    await append(1);
    await append(2);
    expect((await pages).map((page) => page.map((event) => event.position))).toEqual([[3]]);
  });

  it('follows what was recorded before this log was made', async () => {
    await append(3);
    const later = logOver(store);
    expect(await positionsUntil(3, later.follow())).toEqual([1, 2, 3]);
  });

  it('stops when it is unsubscribed', async () => {
    const seen: number[] = [];
    const subscription = log.follow().subscribe((page) => seen.push(page.length));
    const witness = positionsUntil(2, log.follow());
    subscription.unsubscribe();
    await append(2);
    await witness;
    expect(seen).toEqual([]);
  });

  it('completes when the log closes', async () => {
    await append(1);
    const completed = new Promise<string>((resolve, reject) => {
      log.follow().subscribe({
        error: reject,
        complete: () => {
          resolve('completed');
        },
      });
    });
    await positionsUntil(1, log.follow());
    await log.close();
    expect(await completed).toBe('completed');
  });

  it('completes at once when the log is closed already', async () => {
    await log.close();
    expect(await firstValueFrom(log.follow().pipe(toArray()))).toEqual([]);
  });

  it('can be piped', async () => {
    await append(3);
    const page = await firstValueFrom(log.follow().pipe(filter((each) => each.length > 0)));
    expect(page).toHaveLength(3);
  });

  it('gives data that nobody can change, as long as it is new', async () => {
    const page = firstValueFrom(log.follow());
    await append(1);
    const [event] = await page;
    expect([event?.data, event?.tags].map((each) => Object.isFrozen(each))).toEqual([true, true]);
  });

  it('gives events that nobody can change', async () => {
    await append(1);
    const [event] = await firstValueFrom(log.follow());
    expect(Object.isFrozen(event)).toBe(true);
  });
});

describe('following a log that another process writes', () => {
  it('gives everything, then everything new', async () => {
    const folder = new TemporaryFolder();
    const written = logOver(LmdbStore.open(folder.path));
    await written.append([number(1), number(2)]);
    const read = logOver(LmdbReader.open(folder.path));
    const seen = positionsUntil(5, read.follow(EVERYTHING, START));
    await written.append([number(3)]);
    await written.append([number(4), number(5)]);
    expect(await seen).toEqual([1, 2, 3, 4, 5]);
    await read.close();
    await written.close();
    folder.remove();
  });

  it('gives data that nobody can change, though it was read from the disk', async () => {
    const folder = new TemporaryFolder();
    const written = logOver(LmdbStore.open(folder.path));
    try {
      await written.append([number(1)]);
      expect(Object.isFrozen((await written.at(position(1)))?.data)).toBe(true);
    } finally {
      await written.close();
      folder.remove();
    }
  });
});
