/** A store whose server is away for a while: who follows waits, and misses nothing. */
import { z } from 'zod';
import { LogDamaged, StoreUnavailable } from './errors.js';
import { defineEvent } from './contracts/event-contract.js';
import { EventLog } from './event-log.js';
import { PAGE_SIZE, type Position, type Query, type Range, type StoredEvent } from './event.js';
import { MemoryStore } from '../stores/memory.store.js';

const counted = defineEvent({ type: 'number.recorded', schema: z.int() });

/** Fails as it is told, once for each error. */
class FailingStore extends MemoryStore {
  readonly atHead: Error[] = [];
  /** After the first page. */
  readonly whileReading: Error[] = [];

  override head(): Promise<Position> {
    const error = this.atHead.shift();
    return error === undefined ? super.head() : Promise.reject(error);
  }

  override async *read(query: Query, range: Range): AsyncIterable<readonly StoredEvent[]> {
    for await (const page of super.read(query, range)) {
      yield page;
      const error = this.whileReading.shift();
      if (error !== undefined) throw error;
    }
  }
}

describe('a follower of a store that cannot be reached', () => {
  let store: FailingStore;
  let log: EventLog;

  beforeEach(async () => {
    store = new FailingStore();
    const writer = new EventLog(store);
    writer.contracts.register([counted]);
    await writer.append(Array.from({ length: 2 * PAGE_SIZE }, (_, value) => counted.create(value)));
    // As in another process: what was appended is not in its memory.
    log = new EventLog(store);
    log.contracts.register([counted]);
  });

  afterEach(() => log.close());

  /** The positions that a follower is given until it has seen them all. */
  const followed = (): Promise<readonly number[]> =>
    new Promise((resolve, reject) => {
      const seen: number[] = [];
      const subscription = log.follow().subscribe({
        next: (page) => {
          seen.push(...page.map((event) => event.position));
          if ((seen.at(-1) ?? 0) < 2 * PAGE_SIZE) return;
          subscription.unsubscribe();
          resolve(seen);
        },
        error: reject,
      });
    });

  const all = Array.from({ length: 2 * PAGE_SIZE }, (_, index) => index + 1);

  it('begins once it can', async () => {
    store.atHead.push(new StoreUnavailable());
    expect(await followed()).toEqual(all);
  });

  it('goes on after the last page that it was given, without a gap or a repeat', async () => {
    store.whileReading.push(new StoreUnavailable());
    expect(await followed()).toEqual(all);
  });

  it('keeps on trying', async () => {
    store.atHead.push(new StoreUnavailable(), new StoreUnavailable());
    store.whileReading.push(new StoreUnavailable(), new StoreUnavailable());
    expect(await followed()).toEqual(all);
  });

  it('can be called off meanwhile', async () => {
    store.atHead.push(...Array.from({ length: 1_000 }, () => new StoreUnavailable()));
    const controller = new AbortController();
    const pages = log.followPages(undefined, undefined, controller.signal)[Symbol.asyncIterator]();
    const next = pages.next();
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(next).rejects.toBe(reason);
  });

  it('ends with any other error', async () => {
    store.atHead.push(new LogDamaged(1, 'it is lost'));
    await expect(followed()).rejects.toThrow(LogDamaged);
  });
});
