/** How a member of a view is written into an indexed column, so that SQLite orders it as its kind is ordered. */
import { complement, decimalValue, isDecimalValue } from './decimals.js';

/**
 * What a member of a view holds that can be filtered and sorted by:
 *
 * - `text`: a string, by the bytes of its UTF-8
 * - `integer`: an exact JSON integer, or a canonical decimal string of at most 1,000 digits
 * - `decimal`: a decimal text, as in `12.30`, of at most 1,000 digits, or an exact JSON integer; `12.3` is equal to `12.30`
 * - `number`: a JSON number
 * - `boolean`: false before true
 * - `time`: an RFC 3339 time, whatever its zone, to the millisecond; of a day that there is, in UTC of the years 0000 to 9999
 *
 * A member that is null or absent comes before all others.
 */
export type IndexKind = 'text' | 'integer' | 'decimal' | 'number' | 'boolean' | 'time';

export const INDEX_KINDS: readonly IndexKind[] = ['text', 'integer', 'decimal', 'number', 'boolean', 'time'];

/** What is kept in a column and given in a cursor. */
export type ColumnValue = string | number;

/** Of a member that is null or absent. Not NULL, which no comparison of SQL finds; SQLite orders numbers before texts. */
export const ABSENT = -Infinity;

const INTEGER = /^(?:0|-?[1-9]\d{0,999})$/;
const TIME = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;
/** More than any integer has digits. */
const LENGTH_LIMIT = 9999;

/** @returns undefined when the value is not of the kind */
export function columnValue(kind: IndexKind, value: unknown): ColumnValue | undefined {
  if (value === undefined || value === null) return ABSENT;
  switch (kind) {
    case 'text':
      return typeof value === 'string' ? storableText(value) : undefined;
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
    case 'boolean':
      return typeof value === 'boolean' ? Number(value) : undefined;
    case 'integer':
      return integerValue(value);
    case 'decimal':
      if (typeof value === 'number')
        return Number.isSafeInteger(value) ? decimalValue(String(value)) : undefined;
      return typeof value === 'string' ? decimalValue(value) : undefined;
    case 'time':
      return typeof value === 'string' ? timeValue(value) : undefined;
  }
}

/** What a query string says of a member, in the same form. @returns undefined when it is none of the kind */
export function columnValueOfText(kind: IndexKind, text: string): ColumnValue | undefined {
  if (kind === 'number') {
    return /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text) ? columnValue(kind, Number(text)) : undefined;
  }
  if (kind === 'boolean') return text === 'true' ? 1 : text === 'false' ? 0 : undefined;
  return columnValue(kind, text);
}

/** Whether a column of the kind can hold the value: what a cursor says is anything at first. */
export function isColumnValue(kind: IndexKind, value: unknown): value is ColumnValue {
  if (kind === 'number') return Number.isFinite(value);
  if (kind === 'boolean') return value === 0 || value === 1;
  if (typeof value !== 'string') return false;
  if (kind === 'text') return storableText(value) === value;
  if (kind === 'decimal') return isDecimalValue(value);
  return kind === 'integer' ? isIntegerValue(value) : isTimeValue(value);
}

/** What is right for the kind, for a sentence. */
export const SHOWN: Readonly<Record<IndexKind, string>> = {
  text: 'a text',
  integer: 'an integer, as in 10',
  decimal: 'a decimal text, as in 12.30',
  number: 'a number, as in 1.5',
  boolean: 'true or false',
  time: 'a time with its zone, as in 2026-01-31T12:00:00Z',
};

/** SQLite's C interface ends a text at NUL, and UTF-8 has no lone surrogates. */
function storableText(text: string): string {
  return text.replaceAll('\0', '\u{FFFD}').toWellFormed();
}

/**
 * Text that sorts as the integers do: sign, number of digits, digits; of negative ones the complement of both.
 * SQLite's own integers have 64 bits.
 */
function integerValue(value: unknown): string | undefined {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text !== 'string' || !INTEGER.test(text)) return undefined;
  if (!text.startsWith('-')) return `1${fourDigits(text.length)}${text}`;
  const digits = complement(text.slice(1));
  return `0${fourDigits(LENGTH_LIMIT - digits.length)}${digits}`;
}

/** The integer that is written as this text. */
export function integerOf(value: string): string {
  const digits = value.slice(5);
  return value.startsWith('1') ? digits : `-${complement(digits)}`;
}

function isIntegerValue(value: string): boolean {
  return /^[01]\d{5,}$/.test(value) && integerValue(integerOf(value)) === value;
}

const fourDigits = (length: number): string => String(length).padStart(4, '0');

function timeValue(text: string): string | undefined {
  const milliseconds = TIME.test(text) && isDay(text) ? Date.parse(text.toUpperCase()) : NaN;
  if (Number.isNaN(milliseconds)) return undefined;
  const written = new Date(milliseconds).toISOString();
  return isOfFourDigits(written) ? written : undefined;
}

/** `Date.parse` takes 30 February for 2 March, and hour 24 for the next day. */
function isDay(text: string): boolean {
  const day = text.slice(0, 10);
  const midnight = Date.parse(`${day}T00:00:00Z`);
  return (
    !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(day) && text.slice(11, 13) < '24'
  );
}

/** Another year has a sign and six digits, which sort elsewhere: its zone has moved it out of 0000 to 9999. */
const isOfFourDigits = (written: string): boolean => /^\d{4}-/.test(written);

function isTimeValue(value: string): boolean {
  const milliseconds = isOfFourDigits(value) ? Date.parse(value) : NaN;
  return !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString() === value;
}
