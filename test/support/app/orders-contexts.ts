/** The context of orders: an entity projection, served over HTTP. */
import { Module } from '@nestjs/common';
import { LeftfoldModule } from '../../../src/runtime/index.js';
import { orderContracts, orders } from './orders.js';

@Module({
  imports: [LeftfoldModule.forFeature({ contracts: orderContracts, projections: [orders], http: true })],
})
class OrdersModule {}

export const contexts = [OrdersModule];
