/** A read model of two tables, which are read with a join: turnover by month and product group. */
import type { Kysely } from 'kysely';
import { z } from 'zod';
import { defineEvent, tag, type NewEvent } from '../../src/runtime/index.js';
import { defineReadModel, type ReadModelDefinition } from '../../src/runtime/projection/read-models/index.js';

export const productNamed = defineEvent({
  type: 'product.named',
  open: true,
  schema: z.strictObject({ product: z.string(), name: z.string() }),
  examples: [{ data: { product: 'tea', name: 'Tea' }, tags: [tag('product:tea')] }],
});
export const saleMade = defineEvent({
  type: 'sale.made',
  open: true,
  schema: z.strictObject({ product: z.string(), month: z.string(), cents: z.int() }),
  examples: [{ data: { product: 'tea', month: '2026-11', cents: 250 }, tags: [tag('product:tea')] }],
});

export interface TurnoverTables {
  product: { id: string; name: string };
  sale: { position: number; product: string; month: string; cents: number };
}

/** With it no sale can be handled. */
export const POISON = 666;

export const turnoverSchema = async (db: Kysely<TurnoverTables>): Promise<void> => {
  await db.schema
    .createTable('product')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('sale')
    .addColumn('position', 'bigint', (column) => column.primaryKey())
    .addColumn('product', 'text', (column) => column.notNull())
    .addColumn('month', 'text', (column) => column.notNull())
    .addColumn('cents', 'bigint', (column) => column.notNull())
    .execute();
};

/** @param changes of the definition, as in another build of the program */
export function turnover(
  changes: {
    readonly name?: string;
    readonly version?: number;
    readonly schema?: typeof turnoverSchema;
  } = {},
): ReadModelDefinition<TurnoverTables> {
  return defineReadModel({
    name: 'turnover',
    consumes: [productNamed, saleMade],
    schema: turnoverSchema,
    handle: {
      'product.named': (db, { data }) =>
        db
          .insertInto('product')
          .values({ id: data.product, name: data.name })
          .onConflict((on) => on.column('id').doUpdateSet({ name: data.name }))
          .execute(),
      'sale.made': async (db, { position, data: { product, month, cents } }) => {
        if (cents === POISON) throw new RangeError('this sale cannot be handled');
        await db.insertInto('sale').values({ position, product, month, cents }).execute();
      },
    },
    ...changes,
  });
}

export const named = (product: string, name: string): NewEvent => productNamed.create({ product, name });
export const sold = (product: string, cents: number, month = '2026-11'): NewEvent =>
  saleMade.create({ product, month, cents });

/** What each product has sold for in all, by its name. */
export function report(db: Kysely<TurnoverTables>): Promise<readonly { name: string; total: number }[]> {
  return db
    .selectFrom('sale')
    .innerJoin('product', 'product.id', 'sale.product')
    .select(['product.name', (each) => each.cast<number>(each.fn.sum('sale.cents'), 'bigint').as('total')])
    .groupBy('product.name')
    .orderBy('product.name')
    .execute();
}
