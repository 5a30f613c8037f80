/** What the server has found wrong, at the fields where it is. */
import type { ClientFault } from '../../../../../client/index.js';
import { partsOf, pointerOf } from '../../../json-schema.js';
import type { Field } from './form-fields.js';

export interface FormFaults {
  /** By the pointer of the field. */
  readonly byField: ReadonlyMap<string, readonly string[]>;
  /** Those of no field of the form. */
  readonly others: readonly ClientFault[];
}

export const NO_FAULTS: FormFaults = { byField: new Map(), others: [] };

/** A fault deep in what is one field of the form is that field's; one of a parameter is that of the member that stands in the path. */
export function faultsOf(field: Field, faults: readonly ClientFault[]): FormFaults {
  const byField = new Map<string, readonly string[]>();
  const others: ClientFault[] = [];
  for (const fault of faults) {
    const at = placeOf(field, fault);
    if (at === undefined) others.push(fault);
    else byField.set(at, [...(byField.get(at) ?? []), fault.detail]);
  }
  return { byField, others };
}

function placeOf(field: Field, { pointer, parameter }: ClientFault): string | undefined {
  const given =
    pointer === undefined ? (parameter === undefined ? undefined : [parameter]) : partsOf(pointer);
  if (given === undefined) return undefined;
  const found = pathWithin(field, given);
  // The whole of a form has no field of its own.
  return found.length === 0 && field.kind === 'group' ? undefined : pointerOf(found);
}

/** As far as the form has fields. */
function pathWithin(field: Field, [first, ...rest]: readonly string[]): readonly string[] {
  if (first === undefined) return [];
  if (field.kind === 'list') return /^\d+$/.test(first) ? [first, ...pathWithin(field.item, rest)] : [];
  if (field.kind !== 'group') return [];
  const member = field.members.find(({ name }) => name === first);
  return member === undefined ? [] : [first, ...pathWithin(member.field, rest)];
}
