/** The fields of a form. */
import { pointerOf } from '../../../json-schema.js';
import { Fieldset, Help, Label, descriptionOf, idOf, shown, type FieldProps } from './field-parts.js';
import type { Member } from './form-fields.js';
import { initialValue, isGroup, type Value } from './form-values.js';

export function FieldInput(props: FieldProps): preact.JSX.Element | null {
  const { field } = props;
  if (field.isNullable && field.kind !== 'json') return <NullableField {...props} />;
  switch (field.kind) {
    case 'group':
      return <GroupField {...props} />;
    case 'list':
      return <ListField {...props} />;
    case 'constant':
      return <ConstantField {...props} />;
    case 'boolean':
      return <BooleanField {...props} />;
    case 'choice':
      return <ChoiceField {...props} options={field.options.map(shown)} />;
    default:
      return <TextField {...props} />;
  }
}

function TextField(props: FieldProps): preact.JSX.Element {
  const { field, value, set, isRequired } = props;
  const given = {
    id: idOf(props),
    value: typeof value === 'string' ? value : '',
    'aria-required': isRequired,
    autocomplete: 'off',
    spellcheck: false,
    ...descriptionOf(props),
    onInput: ({ currentTarget }: { readonly currentTarget: { readonly value: string } }) => {
      set(currentTarget.value);
    },
  };
  return (
    <div class="field">
      <label for={given.id}>
        <Label {...props} />
      </label>
      {field.kind === 'json' || (field.kind === 'text' && field.isLong) ? (
        <textarea
          {...given}
          rows={field.kind === 'json' ? 4 : 2}
          class={field.kind === 'json' ? 'mono' : ''}
        />
      ) : (
        <input {...given} {...TYPES[field.kind]} />
      )}
      <Help {...props} />
    </div>
  );
}

const TYPES: Readonly<Record<string, object>> = {
  // No field of numbers: it has no integers of any size, and keeps what is none from being seen.
  number: { type: 'text', inputMode: 'decimal' },
  moment: { type: 'datetime-local', step: 1 },
  date: { type: 'date' },
};

interface ChoiceProps extends FieldProps {
  readonly options: readonly string[];
}

function ChoiceField({ options, ...props }: ChoiceProps): preact.JSX.Element {
  const { value, set, isRequired } = props;
  return (
    <div class="field">
      <label for={idOf(props)}>
        <Label {...props} />
      </label>
      <select
        id={idOf(props)}
        aria-required={isRequired}
        value={typeof value === 'string' ? value : ''}
        {...descriptionOf(props)}
        onChange={({ currentTarget }) => {
          set(currentTarget.value);
        }}
      >
        <option value="">{isRequired ? 'choose one' : 'left out'}</option>
        {options.map((option, index) => (
          <option key={option} value={String(index)}>
            {option}
          </option>
        ))}
      </select>
      <Help {...props} />
    </div>
  );
}

/** Where it may be left out, that is a third choice. */
function BooleanField(props: FieldProps): preact.JSX.Element {
  const { value, set, isRequired } = props;
  if (!isRequired)
    return (
      <ChoiceField
        {...props}
        value={typeof value === 'boolean' ? (value ? '0' : '1') : ''}
        set={(chosen) => {
          set(chosen === '' ? undefined : chosen === '0');
        }}
        options={['true', 'false']}
      />
    );
  return <Tick {...props} isTicked={value === true} set={set} />;
}

/** What it is is known; where it may be left out, one says whether. */
function ConstantField(props: FieldProps): preact.JSX.Element {
  const { field, isRequired, label, value } = props;
  const constant = field.kind === 'constant' ? shown(field.value) : '';
  if (!isRequired) return <Tick {...props} label={`${label}: ${constant}`} isTicked={value === true} />;
  return (
    <p class="field" id={idOf(props)} tabIndex={-1}>
      <Label {...props} /> <span class="chip">{constant}</span>
      <Help {...props} />
    </p>
  );
}

function Tick({ isTicked, ...props }: FieldProps & { readonly isTicked: boolean }): preact.JSX.Element {
  return (
    <div class="field">
      <label class="inline">
        <input
          type="checkbox"
          id={idOf(props)}
          checked={isTicked}
          {...descriptionOf(props)}
          onChange={({ currentTarget }) => {
            props.set(currentTarget.checked);
          }}
        />
        <Label {...props} />
      </label>
      <Help {...props} />
    </div>
  );
}

function NullableField(props: FieldProps): preact.JSX.Element {
  const { field, label, value, set } = props;
  return (
    <div class="field-nullable">
      {value === null ? (
        <Help {...props} />
      ) : (
        <FieldInput {...props} field={{ ...field, isNullable: false }} />
      )}
      <label class="inline">
        <input
          type="checkbox"
          checked={value === null}
          onChange={({ currentTarget }) => {
            set(currentTarget.checked ? null : initialValue(field, props.isRequired));
          }}
        />
        <span>
          <code>{label}</code> is null
        </span>
      </label>
    </div>
  );
}

function GroupField(props: FieldProps): preact.JSX.Element {
  const { field, label, isRequired, value, set, at, faults, form } = props;
  const members = field.kind === 'group' ? field.members : [];
  const entered = isGroup(value) ? value : undefined;
  return (
    <Fieldset {...props}>
      {!isRequired && (
        <label class="inline">
          <input
            type="checkbox"
            checked={entered !== undefined}
            onChange={({ currentTarget }) => {
              set(currentTarget.checked ? initialValue(field) : undefined);
            }}
          />
          <span>Send {label}</span>
        </label>
      )}
      {(isRequired || entered !== undefined) && (
        <Members {...{ set, at, faults, form, members }} value={entered ?? {}} />
      )}
    </Fieldset>
  );
}

interface MembersProps extends Pick<FieldProps, 'set' | 'at' | 'faults' | 'form'> {
  readonly members: readonly Member[];
  readonly value: Readonly<Record<string, Value>>;
}

export function Members({ members, value, set, at, ...props }: MembersProps): preact.JSX.Element {
  return (
    <>
      {members.map(({ name, isRequired, field }) => (
        <FieldInput
          key={name}
          {...props}
          field={field}
          label={name}
          isRequired={isRequired}
          at={`${at}${pointerOf([name])}`}
          value={value[name]}
          set={(entered) => {
            set({ ...value, [name]: entered });
          }}
        />
      ))}
    </>
  );
}

function ListField(props: FieldProps): preact.JSX.Element | null {
  const { field, label, value, set, at } = props;
  if (field.kind !== 'list') return null;
  const entries: readonly Value[] = Array.isArray(value) ? (value as readonly Value[]) : [];
  return (
    <Fieldset {...props}>
      {entries.map((entry, index) => (
        <div class="field-entry" key={index}>
          <FieldInput
            {...props}
            field={field.item}
            label={`${label} ${index + 1}`}
            isRequired
            at={`${at}/${index}`}
            value={entry}
            set={(entered) => {
              set(entries.with(index, entered));
            }}
          />
          <button
            type="button"
            aria-label={`Remove ${label} ${index + 1}`}
            onClick={() => {
              set(entries.toSpliced(index, 1));
            }}
          >
            Remove
          </button>
        </div>
      ))}
      <div>
        <button
          type="button"
          onClick={() => {
            set([...entries, initialValue(field.item)]);
          }}
        >
          Add {label}
        </button>
      </div>
    </Fieldset>
  );
}
