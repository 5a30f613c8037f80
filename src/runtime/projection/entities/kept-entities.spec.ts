/** What a server has kept of an entity projection is audited and rehearsed from outside, wherever it is kept. */
import { jest } from '@jest/globals';
import { added, changedOrders, opened, orderContracts, orders } from '../../../../test/support/app/orders.js';
import { ENTITY_STORES, type EntityStore } from '../../../../test/support/entity-stores.js';
import { runEntities, type RunningEntities } from '../../../../test/support/running-entities.js';
import { TemporaryFolder } from '../../../../test/support/server.js';
import { EventLog } from '../../event-log/event-log.js';
import { position } from '../../event-log/event.js';
import { MemoryStore } from '../../stores/memory.store.js';
import { recordSkip } from '../skipping.js';
import { EntityPlace } from './entity-place.js';
import { auditKept, rehearseKept, type EntityRehearsal, type KeptAudit } from './kept-entities.js';
import { SqliteDatabases } from './sqlite/sqlite-databases.js';

describe.each(ENTITY_STORES)('what is kept of entities in $name', (kind) => {
  let log: EventLog;
  let store: EntityStore;
  let folder: TemporaryFolder;
  let running: RunningEntities<unknown>;
  /** Called after each transaction of the fold beside. */
  let afterWrite: () => Promise<void>;

  beforeEach(async () => {
    log = new EventLog(new MemoryStore());
    log.contracts.register(orderContracts);
    folder = new TemporaryFolder();
    store = await kind.create();
    await log.append([opened('a'), added('a', 5), opened('b')]);
    running = runEntities(orders, log, store.databases());
    await running.caughtUp();
    afterWrite = () => Promise.resolve();
  });

  afterEach(async () => {
    await running.projection.stop();
    await log.close();
    await store.remove();
    folder.remove();
  });

  async function beside<Result>(
    work: (...given: Parameters<typeof auditKept>) => Promise<Result>,
    definition = orders,
  ): Promise<Result> {
    const kept = store.databases();
    const place = new EntityPlace(new SqliteDatabases(folder.path));
    const options = { afterWrite: () => afterWrite(), signal: new AbortController().signal };
    const isOneKind = kind.name === 'SQLite';
    return work({ definition, log, kept, place, isOneKind }, options).finally(() => kept.close());
  }

  const audit = (): Promise<KeptAudit> => beside(auditKept);

  async function rehearse(definition = orders): Promise<EntityRehearsal> {
    const rehearsal = await beside(rehearseKept, definition);
    await rehearsal.beside.discard();
    return rehearsal;
  }

  it('is audited to the digest of the projection', async () => {
    const { digest } = running.projection;
    expect(await audit()).toEqual({ position: 3, checked: 2, digest, state: digest });
  });

  it('is found to differ, with the keys of what does', async () => {
    expect(await store.change(`UPDATE entities SET view = '{}' WHERE key = 'b'`)).toBe(1);
    expect(await audit()).toMatchObject({ drift: { upTo: 3, entities: ['b'] } });
  });

  it('is compared at the position that it has come to meanwhile', async () => {
    afterWrite = async () => {
      afterWrite = () => Promise.resolve();
      await log.append([added('b', 9)]);
      await running.caughtUp();
    };
    const found = await audit();
    expect(found).toMatchObject({ position: 4, digest: running.projection.digest });
    expect(found).not.toHaveProperty('drift');
  });

  it('is not compared where it is of another definition', async () => {
    const other = changedOrders({ version: 2 });
    expect(await beside(auditKept, other)).toMatchObject({
      position: 3,
      checked: 0,
      notCompared: 'it was folded by another definition or version, or from events in other revisions',
    });
  });

  it('is rehearsed without a comparison where the log has another past', async () => {
    jest.spyOn(log, 'hashAt').mockResolvedValue('another');
    const { compared, notCompared } = await rehearse();
    expect(compared).toBeUndefined();
    expect(notCompared).toBe('the log has another past than what is kept: was a backup restored?');
    jest.restoreAllMocks();
  });

  it('is rehearsed without a comparison where it was folded when other events were skipped', async () => {
    await running.projection.stop();
    await recordSkip(log, { projection: 'orders', position: position(2), reason: 'a slip' });
    const { compared, notCompared } = await rehearse();
    expect(compared).toBeUndefined();
    expect(notCompared).toBe('what is kept was folded when other events were skipped');
  });

  it('is rehearsed: equal where only the view is another, and different where the state is', async () => {
    const view = changedOrders({
      view: () => ({ status: 'x', total: '0', items: 0 }),
      index: {},
      compound: [],
    });
    expect((await rehearse(view)).compared).toEqual({
      position: 3,
      isSameDefinition: false,
      differences: [],
    });
    const keyed = changedOrders({ key: () => 'a', tag: undefined }); // events of b have no tag of a
    const { compared } = await rehearse(keyed);
    expect(
      compared?.differences.map(({ key, kept, right }) => [key, kept?.position, right?.position]),
    ).toEqual([['b', 3, undefined]]);
  });
});
