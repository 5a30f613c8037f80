/** Money: a decimal with two places, as text. It is added and multiplied in whole cents, never as a binary fraction. */
import { z } from 'zod';

/** As an event has it: "10.00". */
export const price = z.string().regex(/^(?:0|[1-9]\d{0,9})\.\d\d$/);

const GIVEN = /^(?:0|[1-9]\d{0,9})(?:\.\d\d?)?$/;
const MESSAGE = 'Price must be a decimal with at most two places, as in "10.00".';

/** As a command is given it: "10.00", "10.5" or the JSON number 10. */
export const givenPrice = z
  .union([z.string().regex(GIVEN, MESSAGE), z.number().nonnegative(MESSAGE)], { error: MESSAGE })
  .refine((given) => GIVEN.test(String(given)), MESSAGE)
  .transform((given) => {
    const [whole, places = ''] = String(given).split('.');
    return `${whole}.${places.padEnd(2, '0')}`;
  });

export const cents = (amount: string): bigint => BigInt(amount.replace('.', ''));

export function fromCents(amount: bigint): string {
  const digits = String(amount).padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

export const times = (amount: string, quantity: number): string =>
  fromCents(cents(amount) * BigInt(quantity));

export const sum = (amounts: readonly string[]): string =>
  fromCents(amounts.reduce((total, amount) => total + cents(amount), 0n));
