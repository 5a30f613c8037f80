/** The bounded context of the menu. */
import { Module } from '@nestjs/common';
import { LeftfoldModule } from 'leftfold';
import { menuItem } from './menu-item.js';
import { menuItems } from './menu-items.js';
import { menuEvents } from './menu.events.js';
import { MenuController } from './menu.http.js';

@Module({
  imports: [
    LeftfoldModule.forFeature({ contracts: menuEvents, deciders: [menuItem], projections: [menuItems] }),
  ],
  controllers: [MenuController],
})
export class MenuModule {}
