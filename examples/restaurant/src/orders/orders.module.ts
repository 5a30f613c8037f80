/** The bounded context of the orders. */
import { Module } from '@nestjs/common';
import { LeftfoldModule } from 'leftfold';
import {
  knownAddress,
  knownAddresses,
  knownCustomer,
  knownCustomers,
  knownMenuItem,
  knownMenuItems,
} from './copies.js';
import { orderItems, orders } from './order-lists.js';
import { addDeliveryAddress, addItem, openOrder, order } from './order.js';
import { orderEvents } from './orders.events.js';
import { OrdersController } from './orders.http.js';

@Module({
  imports: [
    LeftfoldModule.forFeature({
      contracts: orderEvents,
      deciders: [order, openOrder, addItem, addDeliveryAddress, knownCustomer, knownAddress, knownMenuItem],
      projections: [orders, orderItems, knownCustomers, knownAddresses, knownMenuItems],
    }),
  ],
  controllers: [OrdersController],
})
export class OrdersModule {}
