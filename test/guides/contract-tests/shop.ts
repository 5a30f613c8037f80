/** What `docs/contract-tests.md` shows of the repository that publishes. */
import { Module } from '@nestjs/common';
import { z } from 'zod';
import { LeftfoldModule, defineEvent } from '../../../src/runtime/index.js';

export const orderPlaced = defineEvent({
  type: 'order.placed',
  schema: z.strictObject({
    order: z.string(),
    address: z.strictObject({ street: z.string(), city: z.string() }),
    cents: z.int().min(1),
  }),
  examples: [{ data: { order: 'o1', address: { street: '1 Main Street', city: 'Oslo' }, cents: 1250 } }],
});

@Module({ imports: [LeftfoldModule.forFeature({ contracts: [orderPlaced] })] })
export class ShopModule {}
