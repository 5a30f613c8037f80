/** The menu over HTTP. */
import { command } from '../hal/commands.js';
import { serve } from '../hal/serve.js';
import { menuItem } from './menu-item.js';
import { menuItems } from './menu-items.js';

const made = { location: '/menu/items/:new', subject: 'new' };
const same = { location: '/menu/items/:item', subject: 'item' };

export const MenuController = serve([
  {
    path: 'menu/items',
    of: menuItems,
    name: 'Menu item',
    list: { rel: 'items', item: '/menu/items/:id', where: { status: 'active' } },
    commands: { 'add-menu-item': command(menuItem, 'add', made), add: command(menuItem, 'add', made) },
  },
  {
    path: 'menu/items/:item',
    of: menuItems,
    name: 'Menu item',
    commands: { modify: command(menuItem, 'modify', same), remove: command(menuItem, 'remove', same) },
  },
]);
