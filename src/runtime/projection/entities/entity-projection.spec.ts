/** An entity projection folds each event to the entities that it is about, once, whatever ends the process. */
import { assign, setup } from 'xstate';
import {
  added,
  cancelled,
  changedOrders,
  moved,
  opened,
  type orderCancelled,
  orderContracts,
  type orderOpened,
  orders,
  paid,
} from '../../../../test/support/app/orders.js';
import { ENTITY_STORES, type EntityStore } from '../../../../test/support/entity-stores.js';
import { runEntities, type RunningEntities } from '../../../../test/support/running-entities.js';
import type { RecordedOf } from '../../event-log/contracts/event-contract.js';
import { EventLog } from '../../event-log/event-log.js';
import { until } from '../../../../test/support/api.js';
import { position, tag, type RecordedEvent } from '../../event-log/event.js';
import { MemoryStore } from '../../stores/memory.store.js';
import { overviewOf } from '../overview.js';
import type { EntityProjectionDefinition } from './define-entity-projection.js';
import { EntityPlace } from './entity-place.js';
import { SqliteDatabases } from './sqlite/sqlite-databases.js';

const IN_MEMORY = {
  name: 'memory',
  create: () =>
    Promise.resolve({
      databases: () => new SqliteDatabases(undefined),
      remove: () => Promise.resolve(),
    }),
};

describe.each<{
  readonly name: string;
  readonly create: () => Promise<Pick<EntityStore, 'databases' | 'remove'>>;
}>([IN_MEMORY, ...ENTITY_STORES])('an entity projection in $name', ({ name: kind, create }) => {
  let log: EventLog;
  let store: Pick<EntityStore, 'databases' | 'remove'>;

  const run = <Context>(definition: EntityProjectionDefinition<Context>): RunningEntities<Context> =>
    runEntities(definition, log, store.databases());

  beforeEach(async () => {
    log = new EventLog(new MemoryStore());
    log.contracts.register(orderContracts);
    store = await create();
  });

  afterEach(async () => {
    await log.close();
    await store.remove();
  });

  it('of which no database is open has the digest of nothing, at the beginning', async () => {
    const running = run(orders);
    await log.append([opened('a')]);
    await running.caughtUp();
    expect(running.projection.folded).toEqual({ position: 1, digest: running.projection.digest });
    await running.projection.stop();
    expect((await overviewOf(running.projection, log)).digest).toBe('0-0000000000000000');
  });

  it('tells what it takes on the disk', async () => {
    const running = run(orders);
    await log.append([opened('a')]);
    await running.caughtUp();
    const before = await running.projection.place.size();
    await log.append(Array.from({ length: 100 }, (_, index) => opened(`k${index}`, 'x'.repeat(1000))));
    await running.caughtUp();
    const size = await running.projection.place.size();
    if (kind === 'memory') expect(size).toBeUndefined();
    else expect(size).toBeGreaterThan((before ?? NaN) + 100_000);
    await running.projection.stop();
    expect(await running.projection.place.size().catch(() => 'fails')).not.toBe('fails');
  });

  it('is written before large events, and what they have made, fill the memory', async () => {
    const place = new EntityPlace(store.databases());
    const folding = await place.create(orders, log, new Set(), true);
    const customer = 'x'.repeat(1024 * 1024);
    await log.append([opened('a')]);
    let event: RecordedEvent | undefined;
    for await (const [first] of log.read()) event = first;
    if (event === undefined) throw new Error('there is no event');
    const take = (at: number): Promise<void> =>
      folding.take({
        events: [
          {
            ...event,
            position: position(at),
            data: { ...(event.data as object), order: `k${at}`, customer },
            tags: [tag(`order:k${at}`)],
          },
        ],
        through: position(at),
      });
    for (let at = 1; at <= 30; at += 1) await take(at);
    expect(folding.isFull).toBe(false);
    for (let at = 31; at <= 40; at += 1) await take(at);
    expect(folding.isFull).toBe(true);
    await folding.database.close();
    await place.close();
  });

  it('folds each event to the entity of its key', async () => {
    const running = run(orders);
    await log.append([opened('a'), added('a', 5), opened('b', 'Bob')]);
    await log.append([added('a', 7), paid('b')]);
    await running.caughtUp();
    expect(await running.view('a')).toMatchObject({ status: 'open', total: '12', items: 2, position: 4 });
    expect(await running.view('b')).toMatchObject({ status: 'paid', customer: 'Bob', position: 5 });
    expect(await running.view('c')).toBeUndefined();
    expect(running.projection.count).toEqual({ entities: 2, faulted: 0 });
    await running.projection.stop();
  });

  it('stops at an event without the tag of its entity: its past would not have it', async () => {
    await log.append([{ ...opened('a'), tags: [tag('order:b')] }]);
    const { projection } = run(orders);
    await until(() => projection.status === 'faulted');
    expect(projection.fault?.position).toBe(1);
    expect(String(projection.fault?.error)).toContain('has not the tag "order:a"');
    await projection.stop();
  });

  it('folds an event to every entity that it is about', async () => {
    const running = run(orders);
    await log.append([opened('a'), opened('b'), moved('a', 'b', 5)]);
    await running.caughtUp();
    expect(await running.view('a')).toMatchObject({ items: 1, position: 3 });
    expect(await running.view('b')).toMatchObject({ items: 1, position: 3 });
    await running.projection.stop();
  });

  it('forgets an entity in a final state that says so; the next event of its key begins anew', async () => {
    const running = run(orders);
    await log.append([opened('a'), added('a', 5)]);
    await running.caughtUp();
    await log.append([cancelled('a')]);
    await running.caughtUp();
    expect(await running.view('a')).toBeUndefined();
    expect(running.projection.count).toEqual({ entities: 0, faulted: 0 });
    await log.append([opened('a', 'Zoe')]);
    await running.caughtUp();
    expect(await running.view('a')).toMatchObject({ customer: 'Zoe', total: '0', position: 4 });
    await running.projection.stop();
  });

  it('stops an entity that cannot begin anew, in one batch with what ended it as in another one', async () => {
    const named = ({ customer }: { readonly customer: string }): string => {
      if (customer === '') throw new RangeError('no name');
      return customer;
    };
    const machine = setup({
      types: {
        context: {} as { readonly customer: string },
        events: {} as RecordedOf<typeof orderOpened> | RecordedOf<typeof orderCancelled>,
      },
    }).createMachine({
      id: 'order',
      context: { customer: '' },
      initial: 'unknown',
      states: {
        unknown: {
          on: {
            'order.opened': {
              target: 'open',
              actions: assign({ customer: ({ event }) => named(event.data) }),
            },
          },
        },
        open: { on: { 'order.cancelled': 'cancelled' } },
        cancelled: { type: 'final', meta: { forget: true } },
      },
    });
    const definition = changedOrders({ machine, view: () => ({}), faultStops: 'entity' });
    const one = run(definition);
    await log.append([opened('a'), cancelled('a'), opened('a', '')]);
    await one.caughtUp();
    expect(one.projection.count).toEqual({ entities: 1, faulted: 1 });
    const other = new EventLog(new MemoryStore());
    other.contracts.register(orderContracts);
    const apart = runEntities(definition, other);
    for (const event of [opened('a'), cancelled('a'), opened('a', '')]) {
      await other.append([event]);
      await apart.caughtUp();
    }
    expect(apart.projection.count).toEqual({ entities: 1, faulted: 1 });
    expect(one.projection.digest).toBe(apart.projection.digest);
    await one.projection.stop();
    await apart.projection.stop();
    await other.close();
  });

  it('calls a view that always fails a few times for each event at most', async () => {
    let calls = 0;
    const view = (): never => {
      calls += 1;
      throw new TypeError('nothing to see');
    };
    const running = run(changedOrders({ view }));
    await log.append([opened('a'), ...Array.from({ length: 500 }, () => added('a', 1))]);
    await running.is('faulted');
    expect(running.told.faults).toMatchObject([{ position: 1, message: 'TypeError: nothing to see' }]);
    expect(calls).toBeLessThan(1000);
    await running.projection.stop();
  });

  it('has folded everything before what cannot be read, also while it is behind', async () => {
    await log.append([opened('a'), added('a', 5), added('a', 7)]);
    const follow = log.followPages.bind(log);
    log.followPages = async function* (...asked: Parameters<EventLog['followPages']>) {
      for await (const { events } of follow(...asked)) {
        yield { events: events.slice(0, 2), through: position(2) };
        throw new Error('cannot be read');
      }
    };
    const running = run(orders);
    await running.is('faulted');
    expect(running.projection.position).toBe(2);
    expect(await running.view('a')).toMatchObject({ total: '5', position: 2 });
    await running.projection.stop();
  });
});

describe.each(ENTITY_STORES)('an entity projection in $name, started again,', ({ create }) => {
  it('goes on where it stopped, and has the same digest as one that folds everything in memory', async () => {
    const log = new EventLog(new MemoryStore());
    log.contracts.register(orderContracts);
    const store = await create();
    await log.append([opened('a'), added('a', 5), opened('b'), cancelled('b')]);
    const first = runEntities(orders, log, store.databases());
    await first.caughtUp();
    await first.projection.stop();
    await log.append([added('a', 7), opened('c')]);
    const second = runEntities(orders, log, store.databases());
    await second.caughtUp();
    expect(second.told.recovered).toMatchObject([{ restoredFrom: 4, position: 6 }]);
    expect(await second.view('a')).toMatchObject({ total: '12', items: 2, position: 5 });
    const whole = runEntities(orders, log);
    await whole.caughtUp();
    expect(second.projection.digest).toBe(whole.projection.digest);
    await second.projection.stop();
    await whole.projection.stop();
    await store.remove();
  });
});
