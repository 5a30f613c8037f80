/** A menu item: what may happen to it, and the commands that ask for it. */
import { defineDecider, type RecordedOf } from 'leftfold';
import { assign, setup } from 'xstate';
import { z } from 'zod';
import { about, notFound, conflict } from '../shared/about.js';
import { givenPrice } from '../shared/money.js';
import { menuEvents, menuItemAdded, menuItemModified, menuItemRemoved, ofMenuItem } from './menu.events.js';

const menuItemChart = setup({
  types: {
    context: {} as { readonly description: string; readonly price: string },
    events: {} as RecordedOf<(typeof menuEvents)[number]>,
  },
  actions: {
    describe: assign(({ context, event }) =>
      event.type === 'menu-item.removed'
        ? context
        : { description: event.data.description, price: event.data.price },
    ),
  },
}).createMachine({
  id: 'menu-item',
  context: { description: '', price: '0.00' },
  initial: 'unknown',
  states: {
    unknown: { on: { 'menu-item.added': { target: 'active', actions: 'describe' } } },
    active: {
      on: {
        'menu-item.modified': { actions: 'describe' },
        'menu-item.removed': 'inactive',
      },
    },
    inactive: {},
  },
});

const MISSING = 'Description must be present.';
const description = z.string({ error: MISSING }).max(500).regex(/\S/, MISSING);
const details = z.strictObject({ description, price: givenPrice });

export const menuItem = defineDecider({
  name: 'menu-item',
  machine: menuItemChart,
  consumes: menuEvents,
  subject: about(menuEvents, ofMenuItem),
  http: false,
  commands: {
    add: {
      input: details,
      records: menuItemAdded,
      decide: (_state, given, id) => menuItemAdded.create({ id, ...given }, [ofMenuItem(id)]),
    },
    modify: {
      input: details,
      records: menuItemModified,
      decide: (_state, given, id) => menuItemModified.create({ id, ...given }, [ofMenuItem(id)]),
    },
    remove: {
      input: z.strictObject({}),
      records: menuItemRemoved,
      decide: (_state, _given, id) => menuItemRemoved.create({ id }, [ofMenuItem(id)]),
    },
  },
  refusal: ({ value }) =>
    value === 'unknown'
      ? notFound('menu-item', 'Menu item not found.')
      : conflict('menu-item-inactive', 'Item is inactive.'),
});
