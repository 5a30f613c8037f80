/** The same with a second revision, as `docs/contract-tests.md` has it: the city has moved. */
import { Module } from '@nestjs/common';
import { z } from 'zod';
import { LeftfoldModule } from '../../../src/runtime/index.js';
import { orderPlaced as firstOrderPlaced } from './shop.js';

export const orderPlaced = firstOrderPlaced.revise({
  schema: z.strictObject({ order: z.string(), place: z.string(), cents: z.int().min(1) }),
  examples: [{ data: { order: 'o1', place: '1 Main Street, Oslo', cents: 1250 } }],
  upcast: ({ data: { order, address, cents } }) => [
    { data: { order, place: `${address.street}, ${address.city}`, cents } },
  ],
});

@Module({ imports: [LeftfoldModule.forFeature({ contracts: [orderPlaced] })] })
export class ShopModule {}
