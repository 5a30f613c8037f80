/** Indexed columns in PostgreSQL: each kind has a type of its own, and what is absent is null. */
import { decimalOf } from '../decimals.js';
import { ABSENT, integerOf, type ColumnValue, type IndexKind } from '../index-kinds.js';

/** Texts are compared by the bytes of their UTF-8, as in SQLite; other collations may change with the system's libraries. */
export const COLUMN_TYPES: Readonly<Record<IndexKind, string>> = {
  text: 'text collate "C"',
  integer: 'numeric',
  decimal: 'numeric',
  number: 'double precision',
  boolean: 'boolean',
  time: 'timestamptz',
};

/** Of a parameter. */
export const PARAMETER_TYPES: Readonly<Record<IndexKind, string>> = { ...COLUMN_TYPES, text: 'text' };

export function parameterOf(kind: IndexKind, value: ColumnValue): string | number | boolean | null {
  if (value === ABSENT) return null;
  switch (kind) {
    case 'integer':
      return integerOf(String(value));
    case 'decimal':
      return decimalOf(String(value));
    case 'boolean':
      return value === 1;
    case 'time':
      return timestampOf(String(value));
    default:
      return value;
  }
}

/** Years before 1 are said as BC, and those after 9999 without a sign. */
function timestampOf(iso: string): string {
  const [, sign = '', digits = ''] = /^([+-]?)(\d+)/.exec(iso) ?? [];
  const year = Number(`${sign}${digits}`);
  const rest = iso.slice(sign.length + digits.length);
  const shown = String(year > 0 ? year : 1 - year).padStart(4, '0');
  return year > 0 ? `${shown}${rest}` : `${shown}${rest} BC`;
}
