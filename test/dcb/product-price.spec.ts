/** An order is accepted at the prices that were shown, as long as they count: one decision about any number of products. */
import { execute } from '../../src/runtime/command/execute.js';
import type { Commit } from '../../src/runtime/event-log/event.js';
import { allAtOnce, times } from '../support/attempts.js';
import { STORES } from '../support/event-stores.js';
import { LogInTest } from '../support/log-in-test.js';
import {
  GRACE,
  cartDecider,
  ofProduct,
  orderCart,
  priceContracts,
  productPriced,
  type Item,
} from './prices.js';

const CHANGED = { problem: 'price-changed' };

describe.each(STORES)('a product’s price over $name', (kind) => {
  let test: LogInTest;

  beforeEach(async () => {
    test = await LogInTest.open(kind, priceContracts);
    await priced('tea', 300);
    await priced('cup', 900);
  });

  afterEach(async () => {
    await test.close();
  });

  const priced = (product: string, cents: number): Promise<Commit> =>
    test.log.append([productPriced.create({ product, cents }, [ofProduct(product)])]);
  const ordered = (...items: readonly Item[]): Promise<Commit> =>
    execute(test.log, cartDecider, items, orderCart, { items, now: test.now });

  it('is accepted as it is, of one product or of several', async () => {
    await ordered({ product: 'tea', cents: 300 });
    await ordered({ product: 'tea', cents: 300 }, { product: 'cup', cents: 900 });
  });

  it('is refused as it never was', async () => {
    await expect(ordered({ product: 'tea', cents: 100 })).rejects.toMatchObject(CHANGED);
  });

  it('is refused of a product that there is not', async () => {
    const items = [
      { product: 'tea', cents: 300 },
      { product: 'milk', cents: 100 },
    ];
    await expect(ordered(...items)).rejects.toMatchObject({ problem: 'product-unknown' });
  });

  it('counts for a while after it was replaced, and so does the new one', async () => {
    await priced('tea', 350);
    test.wait(GRACE);
    await ordered({ product: 'tea', cents: 300 });
    await ordered({ product: 'tea', cents: 350 });
    test.wait(1);
    await expect(ordered({ product: 'tea', cents: 300 })).rejects.toMatchObject(CHANGED);
    await ordered({ product: 'tea', cents: 350 });
  });

  it('spoils the order as a whole when it is refused of one of several products', async () => {
    await priced('cup', 950);
    test.wait(GRACE + 1);
    const before = await test.log.head();
    const items = [
      { product: 'tea', cents: 300 },
      { product: 'cup', cents: 900 },
    ];
    await expect(ordered(...items)).rejects.toMatchObject(CHANGED);
    await expect(test.log.head()).resolves.toBe(before);
  });

  it('can be ordered at by many at the same time, none of whom has to decide twice', async () => {
    let decisions = 0;
    const counted = {
      ...orderCart,
      decide: (...given: Parameters<typeof orderCart.decide>) => {
        decisions += 1;
        return orderCart.decide(...given);
      },
    };
    const items = [{ product: 'tea', cents: 300 }];
    const attempts = times(25, () =>
      execute(test.log, cartDecider, items, counted, { items, now: test.now }),
    );
    await expect(allAtOnce(attempts)).resolves.toEqual({ succeeded: 25, refused: [] });
    expect(decisions).toBe(25);
  });

  it('is decided anew when it is replaced between deciding and recording', async () => {
    const items = [{ product: 'tea', cents: 300 }];
    const seen: (readonly number[])[] = [];
    const disturbed = {
      ...orderCart,
      decide: (...given: Parameters<typeof orderCart.decide>) => {
        seen.push((given[0].context['tea']?.prices ?? []).map(({ cents }) => cents));
        if (seen.length === 1) void priced('tea', 350);
        return orderCart.decide(...given);
      },
    };
    await execute(test.log, cartDecider, items, disturbed, { items, now: test.now });
    expect(seen).toEqual([[300], [300, 350]]);
  });
});
