/** Decimals as texts that sort as they do: exact, of any size up to a thousand digits. */

const DECIMAL = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?$/;

/** In a decimal, on both sides of the point together. */
const MAX_DIGITS = 1000;

/** More than any decimal has digits. */
const LENGTH_LIMIT = 9999;

/** Comes after all digits, so that of two negative ones that begin alike the longer comes first. */
const END = ':';

/**
 * The sign, the number of digits before the point, and all digits without zeros at the end; of negative ones the complement of both. `12.3`
 * and `12.30` are one decimal.
 *
 * @returns undefined for what is no decimal
 */
export function decimalValue(text: string): string | undefined {
  if (text.length > MAX_DIGITS + 2) return undefined;
  const [, sign = '', whole, part = ''] = DECIMAL.exec(text) ?? [];
  if (whole === undefined || whole.length + part.length > MAX_DIGITS) return undefined;
  const fraction = part.replace(/0+$/, '');
  if (sign === '' || (whole === '0' && fraction === ''))
    return `1${fourDigits(whole.length)}${whole}${fraction}`;
  return `0${fourDigits(LENGTH_LIMIT - whole.length)}${complement(whole + fraction)}${END}`;
}

/** The decimal that is written as this text, without zeros at its end. */
export function decimalOf(value: string): string {
  const isNegative = value.startsWith('0');
  const length = isNegative ? LENGTH_LIMIT - Number(value.slice(1, 5)) : Number(value.slice(1, 5));
  const digits = isNegative ? complement(value.slice(5, -1)) : value.slice(5);
  const fraction = digits.slice(length);
  return `${isNegative ? '-' : ''}${digits.slice(0, length)}${fraction === '' ? '' : `.${fraction}`}`;
}

/** Whether it is the text of a decimal in a column. */
export function isDecimalValue(value: string): boolean {
  return /^[01]\d{5,}:?$/.test(value) && decimalValue(decimalOf(value)) === value;
}

export const complement = (digits: string): string =>
  digits.replace(/\d/g, (digit) => String(9 - Number(digit)));

const fourDigits = (length: number): string => String(length).padStart(4, '0');
