/** What the menu tells the other contexts. */
import { defineEvent, tag, type Tag } from 'leftfold';
import { z } from 'zod';
import { price } from '../shared/money.js';

const id = z.string();
const pepperoni = { id: 'pepperoni', description: 'Pepperoni', price: '10.00' };

export const ofMenuItem = (menuItem: string): Tag => tag(`menu-item:${menuItem}`);

export const menuItemAdded = defineEvent({
  type: 'menu-item.added',
  schema: z.strictObject({ id, description: z.string(), price }),
  examples: [{ data: pepperoni }],
});

export const menuItemModified = defineEvent({
  type: 'menu-item.modified',
  schema: z.strictObject({ id, description: z.string(), price }),
  examples: [{ data: { ...pepperoni, price: '10.50' } }],
});

export const menuItemRemoved = defineEvent({
  type: 'menu-item.removed',
  schema: z.strictObject({ id }),
  examples: [{ data: { id: 'pepperoni' } }],
});

export const menuEvents = [menuItemAdded, menuItemModified, menuItemRemoved] as const;
