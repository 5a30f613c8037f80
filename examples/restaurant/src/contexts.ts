/** The bounded contexts, by the names under which they are started alone; `contexts` is what the command line reads. */
import type { Type } from '@nestjs/common';
import { CustomersModule } from './customers/customers.module.js';
import { MenuModule } from './menu/menu.module.js';
import { OrdersModule } from './orders/orders.module.js';

export const contextsByName: Readonly<Record<string, Type>> = {
  menu: MenuModule,
  customers: CustomersModule,
  orders: OrdersModule,
};

export const contexts = Object.values(contextsByName);
