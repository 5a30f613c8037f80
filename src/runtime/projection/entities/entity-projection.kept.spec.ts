/** What is kept of an entity projection is used only if it is whole, of this log and by this definition; otherwise the log is folded anew. */
import {
  POISON,
  added,
  changedOrders,
  opened,
  orderContracts,
  orders,
} from '../../../../test/support/app/orders.js';
import { ENTITY_STORES, type EntityStore } from '../../../../test/support/entity-stores.js';
import { runEntities, type RunningEntities } from '../../../../test/support/running-entities.js';
import { EventLog } from '../../event-log/event-log.js';
import { position } from '../../event-log/event.js';
import { MemoryStore } from '../../stores/memory.store.js';
import { recordSkip } from '../skipping.js';
import { DatabaseDamaged } from './database-damage.js';
import type { EntityProjectionDefinition } from './define-entity-projection.js';
import { EntityPlace } from './entity-place.js';
import { EntityDatabaseAway } from './entity-problems.js';
import { auditEntities, rebuildEntities } from './entity-operations.js';

const OPTIONS = { onProgress: () => undefined, signal: new AbortController().signal };

describe.each(ENTITY_STORES)('what is kept of an entity projection in $name', ({ create }) => {
  let log: EventLog;
  let store: EntityStore;
  const running: RunningEntities<unknown>[] = [];

  beforeEach(async () => {
    log = new EventLog(new MemoryStore());
    log.contracts.register(orderContracts);
    store = await create();
  });

  afterEach(async () => {
    await Promise.all(running.splice(0).map(({ projection }) => projection.stop()));
    await log.close();
    await store.remove();
  });

  function run<Context>(definition: EntityProjectionDefinition<Context>): RunningEntities<Context> {
    const started = runEntities(definition, log, store.databases());
    running.push(started);
    return started;
  }

  /** Changes one row behind the projection's back. */
  async function tamper(sql: string): Promise<void> {
    expect(await store.change(sql)).toBe(1);
  }

  async function databases(): Promise<readonly string[]> {
    const all = store.databases();
    const names = await all.list();
    await all.close();
    return names;
  }

  async function keptBy(definition: typeof orders): Promise<void> {
    await log.append([opened('a'), added('a', 5), opened('b')]);
    const first = runEntities(definition, log, store.databases());
    await first.caughtUp();
    await first.projection.stop();
  }

  it.each([
    ['the index', { index: { status: 'text', items: 'number' }, compound: [] }],
    [
      'a kind',
      { index: { status: 'text', customer: 'text', total: 'text', items: 'number', opened: 'time' } },
    ],
    ['the view', { view: () => ({ status: 'other', total: '0', items: 0 }) }],
    ['the version', { version: 2 }],
  ])('is folded anew when %s has changed', async (_, change) => {
    await keptBy(orders);
    const second = run(changedOrders(change));
    await second.caughtUp();
    expect(second.told.recovered).toMatchObject([{ restoredFrom: 0, position: 3 }]);
    expect(second.told.unusable).toHaveLength(1);
  });

  it('is folded anew for another log', async () => {
    await keptBy(orders);
    log = new EventLog(new MemoryStore());
    log.contracts.register(orderContracts);
    await log.append([opened('z'), opened('y'), opened('x'), opened('w')]);
    const second = run(orders);
    await second.caughtUp();
    expect(await second.view('a')).toBeUndefined();
    expect(second.projection.count).toEqual({ entities: 4, faulted: 0 });
    expect(second.told.unusable).toEqual(['it was folded from another log']);
  });

  it.each([
    ['is no text', (): unknown => 7, 'the key of an entity is a string, not number'],
    ['is too long', (): unknown => 'x'.repeat(256), 'the key of an entity has 1 to 255 characters, not 256'],
    [
      'is not to be had',
      (): unknown => {
        throw new TypeError('no order');
      },
      'TypeError: no order',
    ],
  ])(
    'counts an event whose key %s, and passes over it where faults stop entities alone',
    async (_case, wrong, message) => {
      const key = ({ data }: { data: { order: string } }): unknown =>
        data.order === 'wrong' ? wrong() : data.order;
      await log.append([opened('a'), opened('wrong'), added('a', 5)]);
      const alone = changedOrders({ key, faultStops: 'entity' });
      const first = runEntities(alone, log, store.databases());
      await first.caughtUp();
      const fault = {
        position: 2,
        type: 'order.opened',
        message: expect.stringContaining(message) as unknown,
      };
      expect(first.told.entityFaults).toEqual([{ entities: [], unkeyed: [fault] }]);
      expect(await first.view('a')).toMatchObject({ total: '5', position: 3 });
      await first.projection.stop();

      const second = run(alone);
      await second.caughtUp();
      expect(second.projection.unkeyed).toEqual({ count: 1, first: [fault] });
      expect(second.told).toMatchObject({ recovered: [{ restoredFrom: 3 }], entityFaults: [] });
      expect(await second.projection.hasEntityFaultAt(position(2))).toBe(true);
      expect(await auditEntities(second.projection, OPTIONS)).not.toHaveProperty('drift');
      await recordSkip(log, { projection: 'orders', position: position(2), reason: 'a slip' });
      await second.caughtUp();
      expect(second.projection.unkeyed.count).toBe(0);
    },
  );

  it('stops at an event whose key cannot be used where faults stop the projection', async () => {
    const first = run(changedOrders({ key: () => '' }));
    await log.append([opened('a')]);
    await first.is('faulted');
    expect(first.told.faults).toMatchObject([
      { position: 1, message: 'Error: the key of an entity has 1 to 255 characters, not 0' },
    ]);
  });

  it('tells once of an entity that has stopped, also after a restart', async () => {
    const alone = changedOrders({ faultStops: 'entity' });
    await log.append([opened('a'), added('a', POISON), added('a', 1), added('a', POISON)]);
    const first = runEntities(alone, log, store.databases());
    await first.caughtUp();
    expect(first.told.entityFaults).toMatchObject([{ entities: [{ key: 'a', position: 2 }], unkeyed: [] }]);
    await first.projection.stop();
    const second = run(alone);
    await log.append([added('a', 1)]);
    await second.caughtUp();
    expect(second.told.entityFaults).toEqual([]);
  });

  it('is folded anew when an event is skipped that is in it', async () => {
    const first = run(orders);
    await log.append([opened('a'), added('a', 5), added('a', 7)]);
    await first.caughtUp();
    await recordSkip(log, { projection: 'orders', position: position(2), reason: 'a slip' });
    await first.caughtUp();
    expect(await first.view('a')).toMatchObject({ total: '7', items: 1 });
  });

  it('stops before an event that cannot be folded, with all that came before in one page', async () => {
    const first = run(orders);
    await log.append([opened('a'), added('a', 5), added('a', POISON), added('a', 7), opened('b')]);
    await first.is('faulted');
    expect(await first.view('a')).toMatchObject({ total: '5' });
    expect(await first.view('b')).toBeUndefined();
    expect(first.told.faults).toMatchObject([{ position: 3, message: 'RangeError: no item costs that' }]);
    await recordSkip(log, { projection: 'orders', position: position(3), reason: 'a slip' });
    await first.projection.resume();
    await first.caughtUp();
    expect(await first.view('a')).toMatchObject({ total: '12' });
  });

  it('does not answer, after it was resumed with a database that cannot be used, with less than before', async () => {
    const first = run(orders);
    await log.append([opened('a'), added('a', 5), added('a', POISON)]);
    await first.is('faulted');
    expect(first.projection.isAnswering).toBe(true);
    const follow = log.followPages.bind(log);
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    log.followPages = async function* (...asked: Parameters<EventLog['followPages']>) {
      await released;
      yield* follow(...asked);
    };
    const reading = first.projection.reading(() => Promise.reject(new DatabaseDamaged('a page is torn')));
    await expect(reading).rejects.toThrow(EntityDatabaseAway);
    await first.is('resuming');
    while (first.projection.position > 0) await new Promise(setImmediate);
    expect(first.projection.isAnswering).toBe(false);
    release();
    await first.is('faulted');
    expect(first.projection.isAnswering).toBe(true);
    expect(await first.view('a')).toMatchObject({ total: '5', position: 2 });
  });

  it('stops where a view is not what its index says', async () => {
    const broken = run(
      changedOrders({
        view: ({ context }: { context: { items: number } }) => ({ total: context.items > 1 ? 'much' : '1' }),
      }),
    );
    await log.append([opened('a'), added('a', 5), added('a', 6), opened('b')]);
    await broken.is('faulted');
    expect(broken.told.faults).toMatchObject([{ position: 3 }]);
    expect(broken.told.faults[0]?.message).toContain(
      `the view's total is to be an integer, as in 10, and is "much"`,
    );
    expect(broken.projection.position).toBe(2);
  });

  it('is replaced by a rebuilt one while it answers, and only that one is left', async () => {
    const first = run(orders);
    await log.append([opened('a'), added('a', 5)]);
    await first.caughtUp();
    const before = await databases();
    const appending = (async () => {
      for (let index = 0; index < 50; index += 1) await log.append([added('a', 1), opened(`k${index}`)]);
    })();
    const report = await rebuildEntities(first.projection, OPTIONS);
    await appending;
    await first.caughtUp();
    expect(report).toMatchObject({ equal: true });
    expect(await first.view('a')).toMatchObject({ total: '55' });
    expect(await databases()).toHaveLength(1);
    expect(await databases()).not.toEqual(before);
    await first.projection.stop();
    const second = run(orders);
    await second.caughtUp();
    expect(second.told.recovered).toMatchObject([{ restoredFrom: 102 }]);
  });

  it('is found to drift by an audit that names the entities, and is right after a rebuild', async () => {
    const first = run(orders);
    await log.append([opened('a'), added('a', 5), opened('b')]);
    await first.caughtUp();
    await tamper(`UPDATE entities SET view = '{}' WHERE key = 'b'`);
    expect(await auditEntities(first.projection, OPTIONS)).toMatchObject({
      drift: { upTo: 3, entities: ['b'] },
    });
    expect(first.projection.drift).toBeDefined();
    await rebuildEntities(first.projection, OPTIONS);
    expect(await auditEntities(first.projection, OPTIONS)).not.toHaveProperty('drift');
  });

  it('is not replaced by a rebuilt one that has folded an event which is skipped meanwhile', async () => {
    const first = run(orders);
    await log.append([opened('a'), added('a', 5), added('a', 7)]);
    await first.caughtUp();
    const { projection } = first;
    const written = projection.written.bind(projection);
    projection.written = async (signal) => {
      await recordSkip(log, { projection: 'orders', position: position(2), reason: 'a slip' });
      await first.caughtUp();
      return written(signal);
    };
    await expect(rebuildEntities(projection, OPTIONS)).rejects.toThrow(
      'skipped other events than the rebuild',
    );
    expect(await first.view('a')).toMatchObject({ total: '7' });
    expect(await databases()).toHaveLength(1);
  });

  it('does not keep what a process has left that ended while it rebuilt', async () => {
    await log.append([opened('a')]);
    const first = run(orders);
    await first.caughtUp();
    await first.projection.stop();
    const before = await databases();
    const place = new EntityPlace(store.databases());
    const left = await place.create(orders, log, new Set(), false);
    await left.database.close();
    await place.close();
    expect(await databases()).toHaveLength(2);
    const second = run(orders);
    await second.caughtUp();
    expect(await databases()).toEqual(before);
    expect(second.told.recovered).toMatchObject([{ restoredFrom: 1 }]);
  });

  it('is found to drift in an indexed column, and only there', async () => {
    const first = run(orders);
    await log.append(Array.from({ length: 450 }, (_, index) => opened(`k${index}`)));
    await first.caughtUp();
    await tamper(`UPDATE entities SET i_status = 'other' WHERE key = 'k300'`);
    await tamper(`DELETE FROM entities WHERE key = 'k5'`);
    const { drift } = await auditEntities(first.projection, OPTIONS);
    expect(drift?.entities).toEqual(['k300', 'k5']);
  });
});
