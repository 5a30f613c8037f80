/** Questions about the past of an entity fold a bounded number of events, however many it has. */
import { jest } from '@jest/globals';
import {
  added,
  cancelled,
  opened,
  orderContracts,
  orders,
  paid,
} from '../../../../test/support/app/orders.js';
import { ENTITY_STORES, type EntityStore } from '../../../../test/support/entity-stores.js';
import { runEntities, type RunningEntities } from '../../../../test/support/running-entities.js';
import { EventLog } from '../../event-log/event-log.js';
import { position, type NewEvent } from '../../event-log/event.js';
import { MemoryStore } from '../../stores/memory.store.js';
import { recordSkip } from '../skipping.js';
import { DatabaseDamaged } from './database-damage.js';
import { EntityPast, type EntityWhatIf } from './entity-past.js';
import { EntityQueriesBusy, EntityQueryTooSlow } from './entity-problems.js';
import { rebuildEntities } from './entity-operations.js';
import { CHANGES_BETWEEN_SNAPSHOTS } from './entity-snapshots.js';

const MANY = 2 * CHANGES_BETWEEN_SNAPSHOTS + 300;
/** As many as may be between two snapshots. */
const BOUND = CHANGES_BETWEEN_SNAPSHOTS;

describe.each(ENTITY_STORES)('the past of an entity with many events in $name', ({ create }) => {
  let log: EventLog;
  let store: EntityStore;
  let running: RunningEntities<unknown>;
  /** From the first event on. */
  let whole: EntityPast;
  let folded: number;

  const signal = new AbortController().signal;

  async function appendAll(events: readonly NewEvent[]): Promise<void> {
    for (let from = 0; from < events.length; from += 500) await log.append(events.slice(from, from + 500));
  }

  beforeEach(async () => {
    log = new EventLog(new MemoryStore());
    log.contracts.register(orderContracts);
    store = await create();
    await appendAll([opened('a'), ...Array.from({ length: MANY }, (_, index) => added('a', 1000 + index))]);
    running = runEntities(orders, log, store.databases());
    await running.caughtUp();
    whole = new EntityPast(orders, log, () => running.projection.skipped, {
      before: () => Promise.resolve(undefined),
    });
    folded = 0;
    const step = orders.fold.step.bind(orders.fold);
    jest.spyOn(orders.fold, 'step').mockImplementation((state, event) => {
      folded += 1;
      return step(state, event);
    });
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    await running.projection.stop();
    await log.close();
    await store.remove();
  });

  /** How many events were folded for it, and the answer. */
  async function counted<Answer>(
    ask: () => Promise<Answer>,
  ): Promise<{ readonly events: number; readonly answer: Answer }> {
    folded = 0;
    const answer = await ask();
    return { events: folded, answer };
  }

  const at = (past: EntityPast, where: number): ReturnType<EntityPast['at']> =>
    past.at('a', { through: position(where), signal });

  const whatIf = (past: EntityPast, without: number, where: number): Promise<EntityWhatIf> =>
    past.whatIf('a', new Set([position(without)]), { through: position(where), signal });

  async function positionsAfter(past: EntityPast, after: number, count: number): Promise<readonly number[]> {
    const found: number[] = [];
    for await (const point of past.points('a', {
      after: position(after),
      through: await log.head(),
      signal,
    })) {
      found.push(point.position);
      if (found.length === count) break;
    }
    return found;
  }

  it.each([1, 999, 1000, 1001, 1700, 2001, MANY, MANY + 1])(
    'folds a bounded number of events for what it was at %i, and to the same',
    async (where) => {
      const { events, answer } = await counted(() => at(running.projection.past, where));
      expect(events).toBeLessThan(BOUND);
      expect(answer).toEqual(await at(whole, where));
      expect(answer).toMatchObject({ position: where });
    },
  );

  it('folds all of the log where that has another past than what is kept', async () => {
    jest.spyOn(log, 'hashAt').mockResolvedValue('another');
    const { events, answer } = await counted(() => at(running.projection.past, MANY + 1));
    expect(events).toBe(MANY + 1);
    expect(answer).toEqual(await at(whole, MANY + 1));
  });

  it.each([new EntityQueriesBusy(), new EntityQueryTooSlow(10)])(
    'folds all of the log where the database has no time: $problem',
    async (problem) => {
      jest.spyOn(running.projection.folding, 'find').mockRejectedValue(problem);
      const { events, answer } = await counted(() => at(running.projection.past, MANY + 1));
      expect(events).toBe(MANY + 1);
      expect(answer).toEqual(await at(whole, MANY + 1));
    },
  );

  it('folds nothing for what it is now', async () => {
    const { events, answer } = await counted(() => at(running.projection.past, MANY + 1));
    expect(events).toBe(0);
    expect(answer?.view).toMatchObject({ items: MANY });
  });

  it('folds a bounded number of events for a page of its history', async () => {
    const page = 20;
    const { events, answer } = await counted(() => positionsAfter(running.projection.past, 1200, page));
    expect(events).toBeLessThan(BOUND + page);
    expect(answer).toEqual(await positionsAfter(whole, 1200, page));
  });

  it('folds for a what-if what came after the first event that is left out', async () => {
    const without = MANY - 10;
    const { events, answer } = await counted(() => whatIf(running.projection.past, without, MANY + 1));
    expect(events).toBeLessThan(BOUND);
    expect(answer).toEqual(await whatIf(whole, without, MANY + 1));
    expect(answer.is).not.toEqual(answer.wouldBe);
  });

  it('folds as few after a restart, and after a rebuild', async () => {
    await running.projection.stop();
    running = runEntities(orders, log, store.databases());
    await running.caughtUp();
    const { events } = await counted(() => at(running.projection.past, 1900));
    expect(events).toBeLessThan(BOUND);
    await rebuildEntities(running.projection, { onProgress: () => undefined, signal });
    const again = await counted(() => at(running.projection.past, 1900));
    expect(again.events).toBe(events);
    expect(again.answer).toEqual(await at(whole, 1900));
  });

  it('does not begin from what was folded before an event was skipped', async () => {
    await recordSkip(log, { projection: 'orders', position: position(10), reason: 'a slip' });
    await running.caughtUp();
    const answer = await at(running.projection.past, 1990);
    expect(answer).toEqual(await at(whole, 1990));
    expect(answer?.view['items']).toBe(1990 - 2);
    // Where a state was kept that has the event.
    expect(await at(running.projection.past, 1000)).toEqual(await at(whole, 1000));
  });

  it('is folded from the log while the database is damaged', async () => {
    const damaged = jest.spyOn(running.projection.folding, 'find').mockImplementation(() => {
      throw new DatabaseDamaged('a page is torn');
    });
    const { events, answer } = await counted(() => at(running.projection.past, 1700));
    expect(events).toBe(1700);
    expect(answer).toMatchObject({ position: 1700 });
    damaged.mockRestore();
  });

  it('begins anew with an entity that was forgotten', async () => {
    const again = [opened('a', 'Bob'), ...Array.from({ length: BOUND + 100 }, () => added('a', 1))];
    await appendAll([cancelled('a'), ...again, paid('a')]);
    await running.caughtUp();
    const head = await log.head();
    for (const where of [MANY + 2, MANY + 3, head - 50, head]) {
      const { events, answer } = await counted(() => at(running.projection.past, where));
      expect(events).toBeLessThan(BOUND);
      expect(answer).toEqual(await at(whole, where));
    }
  });
});
