/** Audits and rebuilds of entities that something comes between. */
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { changedOrders, added, opened, orderContracts, orders } from '../../../../test/support/app/orders.js';
import { ENTITY_STORES, type EntityStore } from '../../../../test/support/entity-stores.js';
import { runEntities, type RunningEntities } from '../../../../test/support/running-entities.js';
import { EventLog } from '../../event-log/event-log.js';
import { position, tag } from '../../event-log/event.js';
import { MemoryStore } from '../../stores/memory.store.js';
import { eventSkipped, recordSkip } from '../skipping.js';
import { DatabaseTrouble } from './database-trouble.js';
import { EntitiesBeside } from './entity-beside.js';
import { auditEntities, rebuildEntities } from './entity-operations.js';
import { EntityPlace } from './entity-place.js';
import { foldEntities } from '../operations/fold-entities.js';

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

  it('that takes its place skips what is skipped while it does', async () => {
    const { projection } = running;
    const create = projection.place.create.bind(projection.place);
    projection.place.create = async (...parameters) => {
      const folding = await create(...parameters);
      const serve = folding.database.serve.bind(folding.database);
      folding.database.serve = async () => {
        const skip = { projection: 'orders', position: 4, reason: 'a slip' };
        await log.appendAsRuntime([added('a', 100), eventSkipped.create(skip, [tag('projection:orders')])]);
        await pause(50);
        await serve();
      };
      return folding;
    };
    await rebuildEntities(projection, options);
    await running.caughtUp();
    expect(projection.skipped).toEqual(new Set([4]));
    expect(await running.view('a')).toMatchObject({ total: '12' });
    expect(running.told.unusable).toEqual([]);
  });

  it.each([
    ['audit', auditEntities],
    ['rebuild', rebuildEntities],
  ])('whose process is killed leaves nothing behind: %s', async (_, operation) => {
    const foldElsewhere = (): Promise<never> => Promise.reject(new Error('the process ended with SIGKILL'));
    await expect(operation(running.projection, { ...options, foldElsewhere })).rejects.toThrow('SIGKILL');
    expect(await names()).toEqual([running.projection.folding.database.name]);
  });

  it('is refused what another process has folded with other events skipped', async () => {
    const { projection } = running;
    const foldElsewhere = async (database: string): Promise<void> => {
      await recordSkip(log, { projection: 'orders', position: position(2), reason: 'a slip' });
      const dependencies = { definition: orders, log, place: new EntityPlace(store.databases()) };
      const control = { target: () => position(3), afterSlice: () => Promise.resolve() };
      await foldEntities(database, dependencies, control);
    };
    await expect(rebuildEntities(projection, { ...options, foldElsewhere })).rejects.toThrow(
      'what was folded of orders beside cannot be used: it was folded when other events were skipped; ask again',
    );
    await running.caughtUp();
    expect(await names()).toHaveLength(1);
  });

  it('that finds the disk full says so, and leaves the room to the one that answers', async () => {
    const { place } = running.projection;
    const create = place.create.bind(place);
    place.create = async (...parameters) => {
      const folding = await create(...parameters);
      jest
        .spyOn(folding.database, 'apply')
        .mockRejectedValue(new DatabaseTrouble('full', 'there is no room'));
      return folding;
    };
    await expect(auditEntities(running.projection, options)).rejects.toThrow('there is no room');
    await expect(rebuildEntities(running.projection, options)).rejects.toThrow('there is no room');
    expect(await names()).toHaveLength(1);
  });

  it('gives signs that it goes on at each event and each view, and while its database is away', async () => {
    const { projection } = running;
    const beside = await EntitiesBeside.create(
      { definition: orders, log, place: projection.place },
      new Set(),
    );
    jest.spyOn(beside.folding.database, 'load').mockRejectedValueOnce(new DatabaseTrouble('away', 'gone'));
    let signs = 0;
    const onAlive = (): void => void (signs += 1);
    await beside.foldThrough(position(3), { signal: options.signal, afterWrite: () => undefined, onAlive });
    await beside.discard();
    expect(signs).toBeGreaterThanOrEqual(5);
  });

  it('whose database is replaced while it begins to read it compares with the new one', async () => {
    const { projection } = running;
    const { database } = projection.folding;
    const reader = database.reader.bind(database);
    const exclusively = projection.exclusively.bind(projection);
    let rebuild: Promise<unknown> = Promise.resolve();
    let held = 0;
    let rebuildWaits = (): void => undefined;
    projection.exclusively = (work) => {
      if (held > 0) rebuildWaits();
      return exclusively(async () => {
        held += 1;
        return work().finally(() => (held -= 1));
      });
    };
    database.reader = async () => {
      const isWaiting = new Promise<void>((resolve) => (rebuildWaits = resolve));
      const mayRebuild = held === 0;
      rebuild = rebuildEntities(projection, options);
      await (mayRebuild ? rebuild : isWaiting);
      return reader();
    };
    expect(await auditEntities(projection, options)).not.toHaveProperty('drift');
    await rebuild;
    expect(await names()).toEqual([projection.folding.database.name]);
  });

  it('keeps a database that another connection lists before it is known here', async () => {
    const databases = store.databases();
    const place = new EntityPlace(databases);
    const [create, list] = [databases.create.bind(databases), databases.list.bind(databases)];
    let listed = (): void => undefined;
    const isListed = new Promise<void>((resolve) => (listed = resolve));
    let removing: Promise<void> = Promise.resolve();
    databases.create = async (shape) => {
      const made = await create(shape);
      databases.list = () => list().finally(listed);
      removing = place.removeOthers(running.projection.folding.database.name);
      await isListed;
      await nextTurn();
      return made;
    };
    const { database } = await place.create(orders, log, new Set(), false);
    await removing;
    expect(await names()).toContain(database.name);
    await database.close();
    await place.remove(database.name);
    await place.close();
  });

  it('that has taken its place has ended well, also when what was before cannot be removed', async () => {
    const { place } = running.projection;
    const removeOthers = place.removeOthers.bind(place);
    place.removeOthers = async (name) => {
      place.removeOthers = removeOthers;
      await removeOthers(name);
      throw new Error('no lock');
    };
    expect(await rebuildEntities(running.projection, options)).toMatchObject({ equal: true });
    expect(running.told.notCleared).toEqual(['Error: no lock']);
    await rebuildEntities(running.projection, options);
    expect(await names()).toHaveLength(1);
  });

  it('that cannot use its database for a while goes on by itself', async () => {
    const { place } = running.projection;
    const create = place.create.bind(place);
    place.create = async (...parameters) => {
      const folding = await create(...parameters);
      const { database } = folding;
      for (const member of ['load', 'apply', 'serve'] as const)
        jest.spyOn(database, member).mockRejectedValueOnce(new DatabaseTrouble('away', `no ${member}`));
      return folding;
    };
    expect(await rebuildEntities(running.projection, options)).toMatchObject({ equal: true, position: 3 });
    expect(await running.view('a')).toMatchObject({ total: '12' });
    expect(await names()).toHaveLength(1);
  });

  it('leaves nothing behind when its database cannot be made', async () => {
    const databases = store.databases();
    const create = databases.create.bind(databases);
    const closed: unknown[] = [];
    databases.create = async (shape) => {
      const database = await create(shape);
      jest.spyOn(database, 'reset').mockRejectedValue(new Error('no reset'));
      const close = database.close.bind(database);
      database.close = () => {
        closed.push(database.name);
        return close();
      };
      return database;
    };
    const place = new EntityPlace(databases);
    await expect(place.create(orders, log, new Set(), false)).rejects.toThrow('no reset');
    expect(closed).toHaveLength(1);
    expect(await names()).toHaveLength(1);
    await place.close();
  });

  it('leaves nothing behind when its reader cannot be closed', async () => {
    const { database } = running.projection.folding;
    const reader = database.reader.bind(database);
    database.reader = async () => {
      const made = await reader();
      if (made === undefined) return undefined;
      const close = async (): Promise<void> => {
        await made.close();
        throw new Error('no rollback');
      };
      return { ...made, close };
    };
    await expect(auditEntities(running.projection, options)).rejects.toThrow('no rollback');
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
    await expect(rebuild).rejects.toThrow('the process ends');
    await running.caughtUp();
    expect(await names()).toHaveLength(1);
  });
});
