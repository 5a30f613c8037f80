/** What `GET /product` answers with: the value, or how large it is and where it can be had. */
import type { FoldState, StateValue, When } from '../../runtime/index.js';
import { magnitudeOf, type Magnitude } from './magnitude.js';
import { estimatedMagnitude, isComputable, productIn, type ProductContext } from './product.machine.js';

/** A longer value than this is not written into an answer that did not ask for it. */
export const MAX_DIGITS_SHOWN = 10_000;

/** The first integer with more digits than are shown. */
const TOO_LONG = 10n ** BigInt(MAX_DIGITS_SHOWN);

/** The value in decimal, or how large it is, and where the exact value can be had. */
export type ProductView = Readonly<{ state: StateValue; count: number }> &
  (Readonly<{ value: string }> | Readonly<{ digits: number; approximate: string; exact?: string }>);

export function productView({ context, value: state }: FoldState<ProductContext>, when?: When): ProductView {
  const shown = shownProduct(context);
  return typeof shown === 'string'
    ? { value: shown, state, count: context.count }
    : { ...shown, ...(isComputable(context) && exactly(when)), state, count: context.count };
}

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
