/** The bounded context of the orders. */
import { Module } from '@nestjs/common';
import { LeftfoldModule } from 'leftfold';
import { addressAdded, customerSignedUp, emailChanged } from '../customers/customers.events.js';
import { menuItemAdded, menuItemModified, menuItemRemoved } from '../menu/menu.events.js';
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
      reliesOn: [
        { event: menuItemAdded, fields: ['id', 'description', 'price'] },
        { event: menuItemModified, fields: ['id', 'description', 'price'] },
        { event: menuItemRemoved, fields: ['id'] },
        { event: customerSignedUp, fields: ['id', 'email'] },
        { event: emailChanged, fields: ['id', 'email'] },
        { event: addressAdded, fields: ['customerId', 'addressId', 'nickName', 'location'] },
      ],
    }),
  ],
  controllers: [OrdersController],
})
export class OrdersModule {}
