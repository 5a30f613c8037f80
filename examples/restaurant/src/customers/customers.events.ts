/** What the customers' context tells the others. */
import { defineEvent, tag, type Tag } from 'leftfold';
import { z } from 'zod';

const id = z.string();
const email = z.string();

export const ofCustomer = (customer: string): Tag => tag(`customer:${customer}`);
export const ofAddress = (address: string): Tag => tag(`address:${address}`);

export const customerSignedUp = defineEvent({
  type: 'customer.signed-up',
  schema: z.strictObject({ id, email }),
  examples: [{ data: { id: 'ann', email: 'ann@example.org' } }],
});

export const emailChanged = defineEvent({
  type: 'customer.email-changed',
  schema: z.strictObject({ id, email }),
  examples: [{ data: { id: 'ann', email: 'ann@example.com' } }],
});

export const customerVerified = defineEvent({
  type: 'customer.verified',
  schema: z.strictObject({ id }),
  examples: [{ data: { id: 'ann' } }],
});

export const addressAdded = defineEvent({
  type: 'address.added',
  schema: z.strictObject({ customerId: id, addressId: id, nickName: z.string(), location: z.string() }),
  examples: [{ data: { customerId: 'ann', addressId: 'a1', nickName: 'home', location: '1 Main Street' } }],
});

export const customerEvents = [customerSignedUp, emailChanged, customerVerified, addressAdded] as const;
