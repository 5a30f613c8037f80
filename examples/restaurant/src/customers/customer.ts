/** A customer: an e-mail address that nobody else has, and places to deliver to. */
import { defineDecider, uniqueValues, type RecordedOf } from 'leftfold';
import { assign, setup } from 'xstate';
import { z } from 'zod';
import { about, notFound, conflict } from '../shared/about.js';
import {
  addressAdded,
  customerEvents,
  customerSignedUp,
  customerVerified,
  emailChanged,
  ofAddress,
  ofCustomer,
} from './customers.events.js';

// A type, since an interface is no JSON for TypeScript.
export type Address = { readonly id: string; readonly nickName: string; readonly location: string };

export const customerChart = setup({
  types: {
    context: {} as { readonly email: string; readonly addresses: readonly Address[] },
    events: {} as RecordedOf<(typeof customerEvents)[number]>,
  },
  guards: {
    isNewNickName: ({ context, event }) =>
      event.type !== 'address.added' ||
      !context.addresses.some(({ nickName }) => nickName === event.data.nickName),
  },
  actions: {
    write: assign({
      email: ({ context, event }) => ('email' in event.data ? event.data.email : context.email),
    }),
    addAddress: assign({
      addresses: ({ context, event }) => {
        if (event.type !== 'address.added') return context.addresses;
        const { addressId: id, nickName, location } = event.data;
        return [...context.addresses, { id, nickName, location }];
      },
    }),
  },
}).createMachine({
  id: 'customer',
  context: { email: '', addresses: [] },
  initial: 'unknown',
  states: {
    unknown: { on: { 'customer.signed-up': { target: 'unverified', actions: 'write' } } },
    unverified: {
      on: {
        'customer.verified': 'verified',
        'customer.email-changed': { actions: 'write' },
        'address.added': { guard: 'isNewNickName', actions: 'addAddress' },
      },
    },
    verified: {
      on: {
        'customer.email-changed': { target: 'unverified', actions: 'write' },
        'address.added': { guard: 'isNewNickName', actions: 'addAddress' },
      },
    },
  },
});

export const emails = uniqueValues('email', {
  normalize: (value) => value.toLowerCase(),
  refusal: () => conflict('email-taken', 'Email already used.'),
});

const email = z.strictObject({ email: z.email('Email must be valid.').max(254) });
const text = (name: string): z.ZodString =>
  z
    .string({ error: `${name} must be present.` })
    .max(500)
    .regex(/\S/, `${name} must be present.`);

export const customer = defineDecider({
  name: 'customer',
  machine: customerChart,
  consumes: customerEvents,
  subject: about(customerEvents, ofCustomer),
  http: false,
  commands: {
    'sign-up': {
      input: email,
      records: customerSignedUp,
      unique: (given, id) => [emails.claim(given.email, id)],
      decide: (_state, given, id) => customerSignedUp.create({ id, email: given.email }, [ofCustomer(id)]),
    },
    'change-email': {
      input: email,
      records: emailChanged,
      unique: (given, id) => [emails.claim(given.email, id)],
      decide: ({ context }, given, id) => [
        emails.release(context.email, id),
        emailChanged.create({ id, email: given.email }, [ofCustomer(id)]),
      ],
    },
    verify: {
      input: z.strictObject({}),
      records: customerVerified,
      decide: (_state, _given, id) => customerVerified.create({ id }, [ofCustomer(id)]),
    },
    'add-address': {
      input: z.strictObject({
        addressId: z.string(),
        nickName: text('Nickname'),
        location: text('Location'),
      }),
      records: addressAdded,
      decide: (_state, given, id) =>
        addressAdded.create({ customerId: id, ...given }, [ofCustomer(id), ofAddress(given.addressId)]),
    },
  },
  refusal: ({ value }, _id, records) => {
    if (value === 'unknown') return notFound('customer', 'Customer not found.');
    return records === addressAdded
      ? conflict('nickname-taken', 'Address nickname must be unique.')
      : conflict('customer-verified', 'Customer is already verified.');
  },
});
