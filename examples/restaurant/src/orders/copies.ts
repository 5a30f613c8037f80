/** What orders know of the other contexts: copies, folded from the events that those publish. Their contracts are all that is imported. */
import { defineDecider, defineEntityProjection, type RecordedOf } from 'leftfold';
import { assign, setup } from 'xstate';
import {
  addressAdded,
  customerSignedUp,
  emailChanged,
  ofAddress,
  ofCustomer,
} from '../customers/customers.events.js';
import { menuEvents, ofMenuItem } from '../menu/menu.events.js';
import { about, strict } from '../shared/about.js';

const customerChart = setup({
  types: {
    context: {} as { readonly email: string },
    events: {} as RecordedOf<typeof customerSignedUp | typeof emailChanged>,
  },
  actions: { write: assign({ email: ({ event }) => event.data.email }) },
}).createMachine({
  id: 'known-customer',
  context: { email: '' },
  initial: 'unknown',
  states: {
    unknown: { on: { 'customer.signed-up': { target: 'known', actions: 'write' } } },
    known: { on: { 'customer.email-changed': { actions: 'write' } } },
  },
});

const addressChart = setup({
  types: {
    context: {} as { readonly customer: string; readonly nickName: string; readonly location: string },
    events: {} as RecordedOf<typeof addressAdded>,
  },
  actions: {
    write: assign(({ event: { data } }) => ({
      customer: data.customerId,
      nickName: data.nickName,
      location: data.location,
    })),
  },
}).createMachine({
  id: 'known-address',
  context: { customer: '', nickName: '', location: '' },
  initial: 'unknown',
  states: { unknown: { on: { 'address.added': { target: 'known', actions: 'write' } } }, known: {} },
});

const menuItemChart = setup({
  types: {
    context: {} as { readonly description: string; readonly price: string },
    events: {} as RecordedOf<(typeof menuEvents)[number]>,
  },
  actions: {
    write: assign(({ context, event }) =>
      'description' in event.data
        ? { description: event.data.description, price: event.data.price }
        : context,
    ),
  },
}).createMachine({
  id: 'known-menu-item',
  context: { description: '', price: '0.00' },
  initial: 'unknown',
  states: {
    unknown: { on: { 'menu-item.added': { target: 'active', actions: 'write' } } },
    active: { on: { 'menu-item.modified': { actions: 'write' }, 'menu-item.removed': 'inactive' } },
    inactive: {},
  },
});

const customerFacts = [customerSignedUp, emailChanged] as const;
const addressFacts = [addressAdded] as const;

/** For decisions: what is true at the position at which the decision is made. */
export const knownCustomer = defineDecider({
  name: 'known-customer',
  machine: customerChart,
  consumes: customerFacts,
  subject: about(customerFacts, ofCustomer),
  http: false,
});
export const knownAddress = defineDecider({
  name: 'known-address',
  machine: addressChart,
  consumes: addressFacts,
  subject: about(addressFacts, ofAddress),
  http: false,
});
export const knownMenuItem = defineDecider({
  name: 'known-menu-item',
  machine: menuItemChart,
  consumes: menuEvents,
  subject: about(menuEvents, ofMenuItem),
  http: false,
});

/** For readers. */
export const knownCustomers = defineEntityProjection({
  name: 'order-customers',
  machine: strict(customerChart),
  consumes: customerFacts,
  key: ({ data }) => data.id,
  view: ({ context }) => context,
});
export const knownAddresses = defineEntityProjection({
  name: 'order-addresses',
  machine: strict(addressChart),
  consumes: addressFacts,
  key: ({ data }) => data.addressId,
  view: ({ context }) => context,
});
export const knownMenuItems = defineEntityProjection({
  name: 'order-menu-items',
  machine: strict(menuItemChart),
  consumes: menuEvents,
  key: ({ data }) => data.id,
  view: ({ value, context }) => ({ status: value, ...context }),
});
