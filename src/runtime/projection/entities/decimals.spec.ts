/** Decimals in columns: they sort as numbers do, exactly, in each database alike. */
import { changedOrders, opened, orderContracts } from '../../../../test/support/app/orders.js';
import { ENTITY_STORES, type EntityStore } from '../../../../test/support/entity-stores.js';
import { runEntities, type RunningEntities } from '../../../../test/support/running-entities.js';
import { EventLog } from '../../event-log/event-log.js';
import { MemoryStore } from '../../stores/memory.store.js';
import { decimalOf, decimalValue, isDecimalValue } from './decimals.js';
import type { EntityQuery } from './entity-query.js';
import { columnValue, columnValueOfText, isColumnValue } from './index-kinds.js';

/** The lowest first. Those in one row are equal. */
const IN_ORDER: readonly (readonly string[])[] = [
  [`-1${'0'.repeat(999)}`],
  ['-100'],
  ['-12.31'],
  ['-12.30001'],
  ['-12.3', '-12.30', '-12.300'],
  ['-12.29'],
  ['-12', '-12.0'],
  ['-2'],
  ['-0.1'],
  ['-0.09'],
  ['0', '-0', '0.00', '-0.0'],
  ['0.000000000000000000000000000001'],
  ['0.09'],
  ['0.1', '0.10'],
  ['2'],
  ['9.99'],
  ['10', '10.00'],
  ['12.29'],
  ['12.3', '12.30'],
  ['12.30001'],
  ['123'],
  ['9007199254740993.01'],
  ['9007199254740993.02'],
  [`1${'0'.repeat(998)}.5`],
];

describe('a decimal in a column', () => {
  it('sorts as the number does, and is equal whatever zeros it ends with', () => {
    const columns = IN_ORDER.map((equal) => [...new Set(equal.map((text) => decimalValue(text)))]);
    expect(columns.filter((each) => each.length !== 1)).toEqual([]);
    const texts = columns.map(([text = '']) => text);
    expect(texts.toSorted()).toEqual(texts);
    expect(new Set(texts).size).toBe(IN_ORDER.length);
  });

  it.each(IN_ORDER.map(([text = '']) => text))('can be read again: %s', (text) => {
    expect(decimalOf(decimalValue(text) ?? '')).toBe(text);
  });

  it.each([
    '',
    '-',
    '.5',
    '5.',
    '1e3',
    '+1',
    '01',
    '1,5',
    ' 1',
    '1 ',
    '٣',
    '0x1',
    'NaN',
    'Infinity',
    '1.2.3',
  ])('is not %j', (text) => {
    expect(columnValue('decimal', text)).toBeUndefined();
    expect(columnValueOfText('decimal', text)).toBeUndefined();
  });

  it('has at most a thousand digits', () => {
    expect(decimalValue('1'.repeat(1001))).toBeUndefined();
    expect(decimalValue(`1.${'1'.repeat(1000)}`)).toBeUndefined();
    expect(decimalValue('1'.repeat(1000))).toBeDefined();
  });

  it('may be an exact integer, but no other number, whose digits are not those that were meant', () => {
    expect(columnValue('decimal', 12)).toBe(decimalValue('12'));
    for (const value of [0.1, 2 ** 53, NaN, true, {}]) expect(columnValue('decimal', value)).toBeUndefined();
  });

  it('in a cursor is as it was written', () => {
    for (const [text = ''] of IN_ORDER) expect(isDecimalValue(decimalValue(text) ?? '')).toBe(true);
    for (const text of ['12.3', '1000212', '100031230', '19999', '0', '0999987', ''])
      expect([text, isColumnValue('decimal', text)]).toEqual([text, text === '1000212']);
  });
});

describe.each(ENTITY_STORES)('a list by a decimal in $name', ({ create }) => {
  let log: EventLog;
  let store: EntityStore;
  let running: RunningEntities<unknown>;

  const texts = IN_ORDER.flat();
  const keys = texts.map((_, index) => `k${index}`);
  const prices = changedOrders({
    view: ({ context }: { context: { readonly customer: string } }) => ({ price: context.customer }),
    index: { price: 'decimal' },
    compound: [],
  });

  beforeAll(async () => {
    store = await create();
    log = new EventLog(new MemoryStore());
    log.contracts.register(orderContracts);
    running = runEntities<unknown>(prices, log, store.databases());
    await log.append(texts.map((text, index) => opened(keys[index] ?? '', text)).toReversed());
    await running.caughtUp();
  });

  afterAll(async () => {
    await running.projection.stop();
    await log.close();
    await store.remove();
  });

  const list = async (query: Partial<EntityQuery>): Promise<readonly string[]> => {
    const { items } = await running.projection.list({ filters: [], sort: [], limit: 100, ...query });
    return items.map(({ view }) => (JSON.parse(view) as { readonly price: string }).price);
  };
  const of = (text: string): string => decimalValue(text) ?? '';

  it.each([false, true])(
    'is in the order of the numbers, page by page (descending: %s)',
    async (isDescending) => {
      const sort = [{ member: 'price', isDescending }];
      const all = await list({ sort });
      const inOrder = isDescending ? IN_ORDER.toReversed() : IN_ORDER;
      expect(all.map((text) => of(text))).toEqual(inOrder.flatMap((equal) => equal.map((text) => of(text))));
      const paged: string[] = [];
      for (let after: EntityQuery['after']; ;) {
        const { items, isMore } = await running.projection.list({
          filters: [],
          sort,
          limit: 4,
          ...(after && { after }),
        });
        const shown = items.map(({ key, view }) => ({
          key,
          price: (JSON.parse(view) as { readonly price: string }).price,
        }));
        paged.push(...shown.map(({ price }) => price));
        const last = shown.at(-1);
        if (!isMore || last === undefined) break;
        after = { values: [of(last.price)], key: last.key };
      }
      expect(paged).toEqual(all);
    },
  );

  it('finds what is equal, and what is within bounds', async () => {
    const sort = [{ member: 'price', isDescending: false }];
    const equal = await list({ sort, filters: [{ member: 'price', test: { in: [of('12.300')] } }] });
    expect(equal.toSorted()).toEqual(['12.3', '12.30']);
    const within = await list({
      sort,
      filters: [{ member: 'price', test: { gte: of('-12.30'), lt: of('0.10') } }],
    });
    expect(within.map(of)).toEqual(IN_ORDER.slice(4, 13).flatMap((each) => each.map(of)));
  });

  it('is shown as it was', async () => {
    expect(await running.view('k0')).toMatchObject({ price: texts[0] });
  });
});

describe('a view with a bad decimal', () => {
  it('stops the projection there, and is named', async () => {
    const log = new EventLog(new MemoryStore());
    const prices = changedOrders({
      view: ({ context }: { context: { readonly customer: string } }) => ({ price: context.customer }),
      index: { price: 'decimal' },
      compound: [],
    });
    const running = runEntities(prices, log);
    await log.append([opened('a', '12.3o')]);
    await running.is('faulted');
    expect(running.told.faults[0]?.message).toContain(
      `the view's price is to be a decimal text, as in 12.30, and is "12.3o"`,
    );
    await running.projection.stop();
    await log.close();
  });
});
