/** The bounded context of the menu. */
import { Module } from '@nestjs/common';
import { LeftfoldModule } from 'leftfold';
import { itemAdded, itemRemoved, orderCancelled, orderPlaced } from '../orders/orders.events.js';
import { menuItem } from './menu-item.js';
import { menuItems } from './menu-items.js';
import { menuEvents } from './menu.events.js';
import { MenuController } from './menu.http.js';

@Module({
  imports: [
    LeftfoldModule.forFeature({
      contracts: menuEvents,
      deciders: [menuItem],
      projections: [menuItems],
      reliesOn: [
        { event: itemAdded, fields: ['orderId', 'menuItemId'] },
        { event: itemRemoved, fields: ['orderId', 'menuItemId'] },
        { event: orderPlaced, fields: ['id', 'menuItemIds.*'] },
        { event: orderCancelled, fields: ['id', 'menuItemIds.*'] },
      ],
    }),
  ],
  controllers: [MenuController],
})
export class MenuModule {}
