/** A cart that is paid for as it was shown: prices that were replaced count for a while (dcb.events: dynamic product price). */
import { assign, setup } from 'xstate';
import { z } from 'zod';
import { decideTogether } from '../../src/runtime/command/decide-together.js';
import { defineDecider, type Command } from '../../src/runtime/command/decider.js';
import { defineEvent, type RecordedOf } from '../../src/runtime/event-log/contracts/event-contract.js';
import { tag, type Tag } from '../../src/runtime/event-log/event.js';
import { Refused } from '../support/refused.js';

/** How long a price counts after it was replaced, in milliseconds. */
export const GRACE = 10 * 60 * 1000;

const priced = z.strictObject({ product: z.string().min(1), cents: z.int().min(0) });

export const productPriced = defineEvent({ type: 'product.priced', schema: priced });
export const cartOrdered = defineEvent({
  type: 'cart.ordered',
  schema: z.strictObject({ items: z.array(priced).min(1) }),
});

export const priceContracts = [productPriced, cartOrdered];

export const ofProduct = (product: string): Tag => tag(`product:${product}`);

interface Price {
  readonly cents: number;
  /** When it came into force: RFC 3339. */
  readonly since: string;
}

interface ProductContext {
  /** Oldest first. */
  readonly prices: readonly Price[];
}

/** unknown ──priced──▶ offered, which can be priced anew and ordered. */
const productMachine = setup({
  types: {
    context: {} as ProductContext,
    events: {} as RecordedOf<typeof productPriced> | RecordedOf<typeof cartOrdered>,
  },
}).createMachine({
  id: 'product',
  context: { prices: [] },
  initial: 'unknown',
  on: {
    'product.priced': {
      target: '.offered',
      actions: assign({
        prices: ({ context, event }) => [...context.prices, { cents: event.data.cents, since: event.time }],
      }),
    },
  },
  states: { unknown: {}, offered: { on: { 'cart.ordered': 'offered' } } },
});

/** Its prices and nothing else, so that who orders it does not get in the way of who else does. */
const productDecider = defineDecider({
  name: 'product',
  machine: productMachine,
  consumes: [productPriced],
  subject: (product: string) => ({ query: [{ types: [productPriced.type], tags: [ofProduct(product)] }] }),
  refusal: (_, product) => new Refused('product-unknown', `There is no product ${product}.`),
});

export interface Item {
  readonly product: string;
  /** The price that was shown. */
  readonly cents: number;
}

/** A cart is decided in view of every product in it, however many these are. */
export const cartDecider = decideTogether((items: readonly Item[]) =>
  Object.fromEntries(items.map(({ product }) => [product, productDecider.decisionModel(product)])),
);

export const orderCart: Command<
  Readonly<Record<string, ProductContext>>,
  { readonly items: readonly Item[]; readonly now: Date }
> = {
  records: cartOrdered,
  decide: ({ context }, { items, now }) => {
    for (const { product, cents } of items) {
      if (!pricesAt(now, context[product]?.prices ?? []).includes(cents))
        throw new Refused('price-changed', `${product} does not cost ${cents} any more.`);
    }
    const data = { items: items.map(({ product, cents }) => ({ product, cents })) };
    return [
      cartOrdered.create(
        data,
        items.map(({ product }) => ofProduct(product)),
      ),
    ];
  },
};

/** The newest price, and those that were replaced a short while ago. */
function pricesAt(now: Date, prices: readonly Price[]): readonly number[] {
  return prices.flatMap(({ cents }, index) => {
    const replaced = prices[index + 1]?.since;
    return replaced === undefined || now.getTime() - Date.parse(replaced) <= GRACE ? [cents] : [];
  });
}
