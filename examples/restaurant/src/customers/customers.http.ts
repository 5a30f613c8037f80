/** Customers and their addresses over HTTP. */
import { command } from '../hal/commands.js';
import { serve } from '../hal/serve.js';
import { addresses, customers } from './customer-lists.js';
import { customer } from './customer.js';

const same = { location: '/customers/:customer', subject: 'customer' };

export const CustomersController = serve([
  {
    path: 'customers',
    of: customers,
    name: 'Customer',
    list: { rel: 'customers', item: '/customers/:id' },
    commands: { 'sign-up': command(customer, 'sign-up', { location: '/customers/:new', subject: 'new' }) },
  },
  {
    path: 'customers/:customer',
    of: customers,
    name: 'Customer',
    commands: {
      'change-email': command(customer, 'change-email', same),
      verify: command(customer, 'verify', same),
    },
    links: { addresses: '/customers/:customer/addresses' },
  },
  {
    path: 'customers/:customer/addresses',
    within: { of: customers, name: 'Customer' },
    of: addresses,
    name: 'Address',
    list: {
      rel: 'addresses',
      item: '/addresses/:id',
      where: { customer: ':customer' },
    },
    commands: {
      add: command(customer, 'add-address', {
        location: '/addresses/:new',
        subject: 'customer',
        given: { addressId: 'new' },
      }),
    },
  },
  { path: 'addresses/:address', of: addresses, name: 'Address' },
]);
