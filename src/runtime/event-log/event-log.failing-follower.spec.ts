/** A follower that fails stops alone: it is told, nobody else notices, and the process lives on. */
import { map, type Observable } from 'rxjs';
import { z } from 'zod';
import { defineEvent } from './contracts/event-contract.js';
import { EventLog } from './event-log.js';
import { START, position, type RecordedEvent } from './event.js';
import { MemoryStore } from '../stores/memory.store.js';

const counted = defineEvent({ type: 'number.recorded', schema: z.int() });

describe('a follower that throws', () => {
  let log: EventLog;
  let unhandled: unknown[];
  let uncaught: unknown[];
  const failure = new Error('cannot fold this');
  const onUncaught = (error: unknown): void => {
    uncaught.push(error);
  };

  beforeEach(() => {
    unhandled = [];
    uncaught = [];
    process.on('uncaughtException', onUncaught);
    process.on('unhandledRejection', onUncaught);
    log = new EventLog(new MemoryStore(), { onFollowerFailed: (error) => unhandled.push(error) });
    log.contracts.register([counted]);
  });

  afterEach(async () => {
    await log.close();
    process.off('uncaughtException', onUncaught);
    process.off('unhandledRejection', onUncaught);
  });

  const append = (value: number): Promise<unknown> => log.append([counted.create(value)]);

  const thrower = (): never => {
    throw failure;
  };

  /** Resolves once a healthy follower has seen this position, when every timer that RxJS may have set is over. */
  const settled = async (until: number): Promise<void> => {
    await new Promise<void>((resolve) => {
      const healthy = log.follow().subscribe((page) => {
        if ((page.at(-1)?.position ?? START) < position(until)) return;
        healthy.unsubscribe();
        resolve();
      });
    });
    await new Promise((resolve) => setTimeout(resolve, 0)); // RxJS reports in a timer of 0
    await new Promise((resolve) => setTimeout(resolve, 0));
  };

  const ways: readonly (readonly [how: string, follow: () => Observable<unknown>, next: () => void])[] = [
    ['in its handler', () => log.follow(), thrower],
    ['in a projection that is piped', () => log.follow().pipe(map(thrower)), () => undefined],
    [
      'in a handler behind several pipes',
      () =>
        log
          .follow()
          .pipe(map((page) => page.length))
          .pipe(map((length) => length + 1)),
      thrower,
    ],
  ];

  describe.each(ways)('%s', (_how, follow, next) => {
    it('is told by its error handler', async () => {
      const told: unknown[] = [];
      follow().subscribe({ next, error: (error: unknown) => told.push(error) });
      await append(1);
      await settled(1);
      expect(told).toEqual([failure]);
    });

    it('is unsubscribed', async () => {
      const subscription = follow().subscribe({ next, error: () => undefined });
      await append(1);
      await settled(1);
      expect(subscription.closed).toBe(true);
    });

    it('is told once, however much comes later', async () => {
      const told: unknown[] = [];
      follow().subscribe({ next, error: (error: unknown) => told.push(error) });
      for (const value of [1, 2, 3]) await append(value);
      await settled(3);
      expect(told).toHaveLength(1);
    });

    it('without an error handler is reported to whoever made the log', async () => {
      follow().subscribe(next);
      await append(1);
      await settled(1);
      expect(unhandled).toEqual([failure]);
    });

    it('does not bring the process down', async () => {
      follow().subscribe(next);
      await append(1);
      await settled(1);
      expect(uncaught).toEqual([]);
    });

    it('does not keep others from what comes', async () => {
      const seen: number[] = [];
      follow().subscribe(next);
      log.follow().subscribe((page) => seen.push(...page.map((event) => event.position)));
      for (const value of [1, 2, 3]) await append(value);
      await settled(3);
      expect(seen).toEqual([1, 2, 3]);
    });
  });

  it('in its error handler too is reported to whoever made the log', async () => {
    const worse = new Error('and the handler fails as well');
    log.follow().subscribe({
      next: thrower,
      error: () => {
        throw worse;
      },
    });
    await append(1);
    await settled(1);
    expect(unhandled).toEqual([worse]);
  });

  it('when it is told of the end is reported to whoever made the log', async () => {
    log.follow().subscribe({ complete: thrower });
    await append(1);
    await settled(1);
    await log.close();
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(unhandled).toEqual([failure]);
  });
});

describe('a follower of an event that this version cannot read', () => {
  const outcome = async (follower: EventLog): Promise<readonly RecordedEvent[]> =>
    new Promise((resolve, reject) => {
      follower.follow().subscribe({ next: resolve, error: reject });
    });

  it('is told at which event, and what is wrong with it', async () => {
    const store = new MemoryStore();
    const before = new EventLog(store);
    before.contracts.register([counted]);
    await before.append([counted.create(1)]);
    const after = new EventLog(store);
    after.contracts.register([defineEvent({ type: 'number.recorded', revision: 2, schema: z.int() })]);
    await expect(outcome(after)).rejects.toThrow('position 1 is number.recorded of revision 1');
  });

  it('is given an event of a type that nobody here knows as it is', async () => {
    const store = new MemoryStore();
    const before = new EventLog(store);
    before.contracts.register([counted]);
    await before.append([counted.create(1)]);
    const after = new EventLog(store);
    const [event] = await outcome(after);
    await after.close();
    expect(event).toMatchObject({ type: 'number.recorded', data: 1 });
  });
});
