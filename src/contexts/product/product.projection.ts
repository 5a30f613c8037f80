/** What `GET /product` answers with: the value, or how large it is and where it can be had. */
import { z } from 'zod';
import { defineProjection, type When } from '../../runtime/index.js';
import { numberRecorded, numberRetracted } from '../numbers/numbers.events.js';
import { magnitudeOf, type Magnitude } from './magnitude.js';
import {
  estimatedMagnitude,
  isComputable,
  productIn,
  productMachine,
  type ProductContext,
} from './product.machine.js';

/** A longer value than this is not written into an answer that did not ask for it. */
export const MAX_DIGITS_SHOWN = 10_000;

/** The first integer with more digits than are shown. */
const TOO_LONG = 10n ** BigInt(MAX_DIGITS_SHOWN);

export const product = defineProjection({
  name: 'product',
  machine: productMachine,
  consumes: [numberRecorded, numberRetracted],
  links: ['exact'],
  http: {
    viewSchema: z.object({
      value: z.string().optional().describe('Absent where it is too long'),
      digits: z.int().optional(),
      approximate: z.string().optional().describe('Where it is too long, as in -1.07e+845097'),
      exact: z.string().optional().describe('Where the exact value can be had'),
      state: z.string(),
      count: z.int().min(0),
    }),
  },
  view: ({ context, value: state }, when) => {
    const shown = shownProduct(context);
    return typeof shown === 'string'
      ? { value: shown, state, count: context.count }
      : { ...shown, ...(isComputable(context) && exactly(when)), state, count: context.count };
  },
});

/** Where the exact value can be had, if anywhere. */
function exactly(when: When = 'now'): { readonly exact?: string } {
  if (when === 'never') return {};
  return { exact: when === 'now' ? '/product/value' : `/product/value?at=${when}` };
}

/** The exact value in decimal, or its magnitude when it has more than 10,000 digits, or its factors are too many to multiply here. */
export function shownProduct(context: ProductContext): string | Magnitude {
  if (!isComputable(context)) return estimatedMagnitude(context);
  const value = productIn(context);
  const isShort = value < TOO_LONG && value > -TOO_LONG;
  return isShort ? String(value) : magnitudeOf(value);
}
