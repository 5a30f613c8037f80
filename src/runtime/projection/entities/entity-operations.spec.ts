/** Audits and rebuilds of entities that something comes between. */
import { changedOrders, added, opened, orderContracts, orders } from '../../../../test/support/app/orders.js';
import { ENTITY_STORES, type EntityStore } from '../../../../test/support/entity-stores.js';
import { runEntities, type RunningEntities } from '../../../../test/support/running-entities.js';
import { EventLog } from '../../event-log/event-log.js';
import { position } from '../../event-log/event.js';
import { MemoryStore } from '../../stores/memory.store.js';
import { recordSkip } from '../skipping.js';
import { EntitiesBeside } from './entity-beside.js';
import { auditEntities, rebuildEntities } from './entity-operations.js';
import { EntityPlace } from './entity-place.js';

describe.each(ENTITY_STORES)('an audit or rebuild of entities in $name', ({ create }) => {
  let log: EventLog;
  let store: EntityStore;
  let running: RunningEntities<unknown>;

  const options = { onProgress: (): void => undefined, signal: new AbortController().signal };

  beforeEach(async () => {
    log = new EventLog(new MemoryStore());
    log.contracts.register(orderContracts);
    store = await create();
    await log.append([opened('a'), added('a', 5), added('a', 7)]);
    running = runEntities(orders, log, store.databases());
    await running.caughtUp();
  });

  afterEach(async () => {
    await running.projection.stop();
    await log.close();
    await store.remove();
  });

  async function names(): Promise<readonly string[]> {
    const databases = store.databases();
    const found = await databases.list();
    await databases.close();
    return found;
  }

  it('of which both run at once ends well, and leaves one database', async () => {
    const [audit, rebuild] = await Promise.all([
      auditEntities(running.projection, options),
      rebuildEntities(running.projection, options),
    ]);
    expect(audit).not.toHaveProperty('drift');
    expect(rebuild).toMatchObject({ equal: true, position: 3 });
    expect(await names()).toHaveLength(1);
  });

  it('that has folded an event which is skipped meanwhile fails, and changes nothing', async () => {
    const { projection } = running;
    const written = projection.written.bind(projection);
    projection.written = async (signal) => {
      projection.written = written;
      await recordSkip(log, { projection: 'orders', position: position(2), reason: 'a slip' });
      await running.caughtUp();
      return written(signal);
    };
    await expect(auditEntities(projection, options)).rejects.toThrow(
      'orders was folded anew, or skips another event, meanwhile; ask again',
    );
    expect(projection.drift).toBeUndefined();
    expect(await names()).toHaveLength(1);
    expect(await auditEntities(projection, options)).not.toHaveProperty('drift');
  });

  it('that cannot fold what was folded before fails, and removes what it has folded', async () => {
    const { projection } = running;
    const failing = changedOrders({
      view: () => {
        throw new RangeError('no view');
      },
    });
    const beside = await EntitiesBeside.create(
      { definition: failing, log, place: projection.place },
      new Set(),
    );
    await expect(
      beside.foldThrough(position(3), { signal: options.signal, afterWrite: () => undefined }),
    ).rejects.toThrow('the event at position 1 cannot be folded');
    await beside.discard();
    expect(await names()).toHaveLength(1);
  });

  it('that was interrupted is told at the next start, and what it had folded is removed', async () => {
    const place = new EntityPlace(store.databases());
    const left = await EntitiesBeside.create({ definition: orders, log, place }, new Set());
    await left.foldThrough(position(2), { signal: options.signal, afterWrite: () => undefined });
    await left.folding.database.close();
    await place.close();
    await running.projection.stop();
    running = runEntities(orders, log, store.databases());
    await running.caughtUp();
    expect(running.told.interrupted).toEqual([2]);
    expect(running.told.recovered).toMatchObject([{ restoredFrom: 3 }]);
    expect(await names()).toHaveLength(1);
  });

  it('ends at once when the process ends, and leaves one database', async () => {
    const ending = new AbortController();
    const rebuild = rebuildEntities(running.projection, {
      signal: ending.signal,
      onProgress: () => {
        ending.abort(new Error('the process ends'));
      },
    });
    await log.append([added('a', 1)]);
    await rebuild.catch((error: unknown) => {
      expect(error).toMatchObject({ message: 'the process ends' });
    });
    await running.caughtUp();
    expect(await names()).toHaveLength(1);
  });
});
