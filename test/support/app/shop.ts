/** The shop of the guide to read models: products, sales, and a report on both. */
import { Controller, Get, Module, Req, Res, UseFilters } from '@nestjs/common';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import { LeftfoldModule, defineEvent, tag } from '../../../src/runtime/index.js';
import {
  ProblemFilter,
  answerReadModel,
  oneValue,
  type HttpRequest,
  type HttpResponse,
} from '../../../src/runtime/http/index.js';
import {
  InjectReadModel,
  ReadModel,
  defineReadModel,
} from '../../../src/runtime/projection/read-models/index.js';

const id = z.string().min(1).max(100);

export const productListed = defineEvent({
  type: 'product.listed',
  open: true,
  schema: z.strictObject({ product: id, category: z.string() }),
  examples: [{ data: { product: 'p1', category: 'tea' }, tags: [tag('product:p1')] }],
});

export const saleMade = defineEvent({
  type: 'sale.made',
  open: true,
  schema: z.strictObject({ sale: id, product: id, cents: z.int() }),
  examples: [{ data: { sale: 's1', product: 'p1', cents: 450 }, tags: [tag('sale:s1'), tag('product:p1')] }],
});

export const saleRefunded = defineEvent({
  type: 'sale.refunded',
  open: true,
  schema: z.strictObject({ sale: id }),
  examples: [{ data: { sale: 's1' }, tags: [tag('sale:s1')] }],
});

export interface Tables {
  product: { id: string; category: string };
  sale: { id: string; product: string; month: string; cents: number };
}

export const turnover = defineReadModel({
  name: 'turnover',
  consumes: [productListed, saleMade, saleRefunded],
  schema: async (db: Kysely<Tables>) => {
    await db.schema
      .createTable('product')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('category', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('sale')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('product', 'text', (column) => column.notNull())
      .addColumn('month', 'text', (column) => column.notNull())
      .addColumn('cents', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('sale_by_month').on('sale').columns(['month', 'product']).execute();
  },
  handle: {
    'product.listed': async (db, { data: { product, category } }) => {
      await db
        .insertInto('product')
        .values({ id: product, category })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ category }))
        .execute();
    },
    'sale.made': async (db, { time, data: { sale, product, cents } }) => {
      await db
        .insertInto('sale')
        .values({ id: sale, product, month: time.slice(0, 7), cents })
        .execute();
    },
    'sale.refunded': async (db, { data: { sale } }) => {
      await db.deleteFrom('sale').where('id', '=', sale).execute();
    },
  },
});

@Controller('reports')
@UseFilters(ProblemFilter)
export class ReportsController {
  constructor(@InjectReadModel(turnover) private readonly turnover: ReadModel<Tables>) {}

  @Get('turnover')
  monthly(@Req() request: HttpRequest, @Res() response: HttpResponse): Promise<void> {
    return answerReadModel(this.turnover, request, response, {
      parameters: ['category'],
      answer: (db, query) => {
        const category = oneValue(query, 'category');
        return db
          .selectFrom('sale')
          .innerJoin('product', 'product.id', 'sale.product')
          .select(['month', 'category'])
          .select((each) => [
            each.fn.countAll<number>().as('sales'),
            each.cast<number>(each.fn.sum('cents'), 'bigint').as('cents'),
          ])
          .$if(category !== undefined, (all) => all.where('category', '=', category ?? ''))
          .groupBy(['month', 'category'])
          .orderBy('month')
          .orderBy('category')
          .execute();
      },
    });
  }
}

@Module({
  imports: [LeftfoldModule.forFeature({ readModels: [turnover] })],
  controllers: [ReportsController],
})
export class ShopModule {}
