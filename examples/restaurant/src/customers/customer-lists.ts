/** Customers with their addresses, and each address by itself. */
import { defineEntityProjection, type RecordedOf } from 'leftfold';
import { assign, setup } from 'xstate';
import { strict } from '../shared/about.js';
import { customerChart } from './customer.js';
import { addressAdded, customerEvents, ofAddress, ofCustomer } from './customers.events.js';

export const customers = defineEntityProjection({
  name: 'customers',
  machine: strict(customerChart),
  consumes: customerEvents,
  key: ({ data }) => ('customerId' in data ? data.customerId : data.id),
  view: ({ value, context }) => ({ status: value, ...context }),
  index: { status: 'text', email: 'text' },
  tag: ofCustomer,
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
  id: 'address',
  context: { customer: '', nickName: '', location: '' },
  initial: 'unknown',
  states: { unknown: { on: { 'address.added': { target: 'known', actions: 'write' } } }, known: {} },
});

export const addresses = defineEntityProjection({
  name: 'addresses',
  machine: addressChart,
  consumes: [addressAdded],
  key: ({ data }) => data.addressId,
  view: ({ context }) => context,
  index: { customer: 'text', nickName: 'text' },
  tag: ofAddress,
});
