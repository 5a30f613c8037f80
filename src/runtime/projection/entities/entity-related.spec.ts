/** The entities that belong to others are found in one query, a few of each, however many there are. */
import { added, changedOrders, opened, orderContracts } from '../../../../test/support/app/orders.js';
import { ENTITY_STORES, type EntityStore } from '../../../../test/support/entity-stores.js';
import { runEntities, type RunningEntities } from '../../../../test/support/running-entities.js';
import { EventLog } from '../../event-log/event-log.js';
import { MemoryStore } from '../../stores/memory.store.js';
import type { RelatedEntities } from './entity-query.js';

const MEBIBYTE = 1024 * 1024;

describe.each(ENTITY_STORES)('entities that belong to others, in $name', ({ create }) => {
  let log: EventLog;
  let store: EntityStore;
  let running: RunningEntities<unknown>;

  beforeEach(async () => {
    log = new EventLog(new MemoryStore());
    log.contracts.register(orderContracts);
    store = await create();
  });

  afterEach(async () => {
    await running.projection.stop();
    await log.close();
    await store.remove();
  });

  async function start(definition = changedOrders({})): Promise<void> {
    running = runEntities(definition, log, store.databases());
    await running.caughtUp();
  }

  const keysIn = ({ of }: RelatedEntities): readonly unknown[] =>
    of.map(({ items, isMore }) => [items.map(({ key }) => key).join(), isMore]);

  const related = (keys: readonly string[], limit: number): Promise<RelatedEntities> =>
    running.projection.related({ by: 'customer', keys, limit });

  it('are the first of each in the order of their keys, and whether there are more', async () => {
    await log.append([opened('c', 'Ann'), opened('a', 'Ann'), opened('b', 'Ann'), opened('d', 'Bob')]);
    await log.append([added('d', 7)]);
    await start();
    const found = await related(['Bob', 'Cid', 'Ann'], 2);
    expect(keysIn(found)).toEqual([
      ['d', false],
      ['', false],
      ['a,b', true],
    ]);
    expect(found.position).toBe(5);
    expect(JSON.parse(found.of[0]?.items[0]?.view ?? '')).toMatchObject({ customer: 'Bob', total: '7' });
    expect(keysIn(await related(['Ann'], 3))).toEqual([['a,b,c', false]]);
    expect(keysIn(await related(['Cid'], 3))).toEqual([['', false]]);
    expect((await related(['Cid'], 3)).position).toBe(5);
  });

  it('are of a thousand keys at once, whatever is in them', async () => {
    const keys = Array.from({ length: 1000 }, (_, index) => `it's "${index}" 🐘`);
    await log.append(keys.slice(0, 500).map((key, index) => opened(`o${index}`, key)));
    await start();
    const { of } = await related(keys, 5);
    expect(of.map(({ items }) => items.map(({ key }) => key))).toEqual(
      keys.map((_, index) => (index < 500 ? [`o${index}`] : [])),
    );
  });

  it('end early where the views are large, and say that there are more', async () => {
    await log.append(['a', 'b', 'c', 'd', 'e', 'f'].map((key) => opened(key, key < 'd' ? 'Ann' : 'Bob')));
    await start(
      changedOrders({
        view: ({ context }: { readonly context: { readonly customer: string } }) => ({
          status: 'open',
          customer: context.customer,
          total: '0',
          items: 0,
          note: 'x'.repeat(2 * MEBIBYTE),
        }),
      }),
    );
    expect(keysIn(await related(['Ann', 'Bob'], 5))).toEqual([
      ['a,b', true],
      ['', true],
    ]);
  });
});
