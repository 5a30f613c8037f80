/** An entity projection folds each event to the entities that it is about, once, whatever ends the process. */
import { readdirSync } from 'node:fs';
import {
  added,
  cancelled,
  moved,
  opened,
  orderContracts,
  orders,
  paid,
} from '../../../../test/support/app/orders.js';
import { runEntities } from '../../../../test/support/running-entities.js';
import { TemporaryFolder } from '../../../../test/support/server.js';
import { EventLog } from '../../event-log/event-log.js';
import { MemoryStore } from '../../stores/memory.store.js';

describe('an entity projection', () => {
  let log: EventLog;
  let folder: TemporaryFolder;

  beforeEach(() => {
    log = new EventLog(new MemoryStore());
    log.contracts.register(orderContracts);
    folder = new TemporaryFolder();
  });

  afterEach(async () => {
    await log.close();
    folder.remove();
  });

  it.each(['in memory', 'in a folder'])('folds each event to the entity of its key, %s', async (where) => {
    const running = runEntities(orders, log, where === 'in memory' ? undefined : folder.path);
    await log.append([opened('a'), added('a', 5), opened('b', 'Bob')]);
    await log.append([added('a', 7), paid('b')]);
    await running.caughtUp();
    expect(running.view('a')).toMatchObject({ status: 'open', total: '12', items: 2, position: 4 });
    expect(running.view('b')).toMatchObject({ status: 'paid', customer: 'Bob', position: 5 });
    expect(running.view('c')).toBeUndefined();
    expect(running.projection.count).toEqual({ entities: 2, faulted: 0 });
    await running.projection.stop();
  });

  it('folds an event to every entity that it is about', async () => {
    const running = runEntities(orders, log);
    await log.append([opened('a'), opened('b'), moved('a', 'b', 5)]);
    await running.caughtUp();
    expect(running.view('a')).toMatchObject({ items: 1, position: 3 });
    expect(running.view('b')).toMatchObject({ items: 1, position: 3 });
    await running.projection.stop();
  });

  it('goes on where it stopped, and has the same digest as one that folds everything', async () => {
    await log.append([opened('a'), added('a', 5), opened('b'), cancelled('b')]);
    const first = runEntities(orders, log, folder.path);
    await first.caughtUp();
    await first.projection.stop();
    await log.append([added('a', 7), opened('c')]);
    const second = runEntities(orders, log, folder.path);
    await second.caughtUp();
    expect(second.told.recovered).toMatchObject([{ restoredFrom: 4, position: 6 }]);
    expect(second.view('a')).toMatchObject({ total: '12', items: 2, position: 5 });
    const whole = runEntities(orders, log);
    await whole.caughtUp();
    expect(second.projection.digest).toBe(whole.projection.digest);
    expect(readdirSync(folder.path)).toContain('entities-1.db');
    await second.projection.stop();
    await whole.projection.stop();
  });

  it('forgets an entity in a final state that says so; the next event of its key begins anew', async () => {
    const running = runEntities(orders, log);
    await log.append([opened('a'), added('a', 5)]);
    await running.caughtUp();
    await log.append([cancelled('a')]);
    await running.caughtUp();
    expect(running.view('a')).toBeUndefined();
    expect(running.projection.count).toEqual({ entities: 0, faulted: 0 });
    await log.append([opened('a', 'Zoe')]);
    await running.caughtUp();
    expect(running.view('a')).toMatchObject({ customer: 'Zoe', total: '0', position: 4 });
    await running.projection.stop();
  });
});
