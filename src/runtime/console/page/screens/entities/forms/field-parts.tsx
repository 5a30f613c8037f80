/** What every field of a form has: its name, whether it may be left out, what is asked of it, and what is wrong with it. */
import type { ComponentChildren } from 'preact';
import type { Json } from '../../../json-schema.js';
import type { Field } from './form-fields.js';
import type { FormFaults } from './form-faults.js';
import type { Value } from './form-values.js';

export interface FieldProps {
  readonly field: Field;
  readonly label: string;
  readonly isRequired: boolean;
  readonly value: Value;
  readonly set: (value: Value) => void;
  /** The pointer of the field. */
  readonly at: string;
  readonly faults: FormFaults['byField'];
  /** Of the form, so that ids on the page are unique. */
  readonly form: string;
}

type Described = Pick<FieldProps, 'field' | 'at' | 'faults' | 'form'>;

export const idOf = ({ form, at }: Pick<FieldProps, 'form' | 'at'>): string => `${form}${at}`;

/** For the element in which the value is entered. */
export function descriptionOf({ field, at, faults, form }: Described): {
  readonly 'aria-describedby'?: string;
  readonly 'aria-invalid'?: 'true';
} {
  const id = idOf({ form, at });
  const isFaulty = faults.has(at);
  const ids = [
    ...(isFaulty ? [`${id}-faults`] : []),
    ...(helpOf(field) === '' && field.description === undefined ? [] : [`${id}-help`]),
  ];
  return {
    ...(ids.length > 0 && { 'aria-describedby': ids.join(' ') }),
    ...(isFaulty && { 'aria-invalid': 'true' as const }),
  };
}

export function Help({ field, at, faults, form }: Described): preact.JSX.Element {
  const id = idOf({ form, at });
  const found = faults.get(at);
  const hints = helpOf(field);
  return (
    <>
      {(hints !== '' || field.description !== undefined) && (
        <p class="field-help" id={`${id}-help`}>
          {[field.description, hints].filter((each) => each !== undefined && each !== '').join(' · ')}
        </p>
      )}
      {found !== undefined && (
        <p class="field-faults" id={`${id}-faults`}>
          {found.join(' ')}
        </p>
      )}
    </>
  );
}

export function Label({
  label,
  isRequired,
  field,
}: Pick<FieldProps, 'label' | 'isRequired' | 'field'>): preact.JSX.Element {
  return (
    <span class="field-label">
      <code>{label}</code>
      {field.title !== undefined && ` ${field.title}`}
      {!isRequired && <span class="quiet"> (may be left out)</span>}
    </span>
  );
}

function helpOf(field: Field): string {
  const { hints } = field;
  if (field.kind === 'moment') return [...hints, 'in the time of this place; sent in UTC'].join(', ');
  if (field.kind === 'json') return [...hints, 'as JSON'].join(', ');
  if (field.kind === 'number' && field.isInteger) return ['a whole number', ...hints].join(', ');
  return hints.join(', ');
}

export function shown(json: Json): string {
  return typeof json === 'string' ? json : JSON.stringify(json);
}

interface FieldsetProps extends FieldProps {
  readonly children: ComponentChildren;
}

/** For what has fields of its own. */
export function Fieldset({ children, ...props }: FieldsetProps): preact.JSX.Element {
  return (
    <fieldset id={idOf(props)} {...descriptionOf(props)} tabIndex={-1}>
      <legend>
        <Label {...props} />
      </legend>
      <Help {...props} />
      {children}
    </fieldset>
  );
}
