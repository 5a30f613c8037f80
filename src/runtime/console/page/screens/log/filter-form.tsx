/** What the events that are shown must be: each condition can be added and taken away; all stand in the URL. */
import { useId, useRef } from 'preact/hooks';
import { timeText } from '../../parts/time.js';
import { go, linkWith, type Route } from '../../routes.js';
import {
  FILTER_LABELS,
  WITHOUT_FILTER,
  entriesOf,
  withEntry,
  withoutEntry,
  type FilterEntry,
  type FilterParameter,
} from './log-filter.js';

interface Props {
  readonly route: Route;
  /** Types of events, to choose from. */
  readonly types: readonly string[];
}

const FIELDS = Object.keys(FILTER_LABELS).filter((each) => each !== 'causation') as FilterParameter[];
/** Once they are there, the list begins anew at the newest event. */
const ANEW = { at: undefined };

export function FilterForm({ route, types }: Props): preact.JSX.Element {
  const entries = entriesOf(route);
  const form = useRef<HTMLFormElement>(null);
  const submit = (fields: FormData): void => {
    let query = route.query;
    for (const parameter of FIELDS) {
      const value = entryOf(parameter, fields.get(parameter));
      if (value === undefined) continue;
      const changes = withEntry({ query }, { parameter, value });
      const next = new URLSearchParams(query);
      next.delete(parameter);
      for (const each of changes[parameter] ?? []) next.append(parameter, each);
      query = next;
    }
    form.current?.reset();
    go(linkWith({ path: route.path, query }, ANEW));
  };
  return (
    <div class="log-filter stack">
      <details>
        <summary>Filter</summary>
        <form
          ref={form}
          class="log-fields"
          onSubmit={(event) => {
            event.preventDefault();
            submit(new FormData(event.currentTarget));
          }}
        >
          {FIELDS.map((parameter) => (
            <Field key={parameter} parameter={parameter} types={types} />
          ))}
          <button type="submit" class="main">
            Add to filter
          </button>
        </form>
      </details>
      {entries.length > 0 && (
        <div class="row" role="group" aria-label="Filter">
          {entries.map((entry) => (
            <a
              key={`${entry.parameter} ${entry.value}`}
              class="chip"
              href={linkWith(route, { ...withoutEntry(route, entry), ...ANEW })}
            >
              <span class="out-of-sight">Without </span>
              <span class="quiet">{FILTER_LABELS[entry.parameter]}</span> {shownValue(entry)}{' '}
              <span aria-hidden="true">×</span>
            </a>
          ))}
          <a href={linkWith(route, { ...WITHOUT_FILTER, ...ANEW })}>All events</a>
        </div>
      )}
    </div>
  );
}

interface FieldProps {
  readonly parameter: FilterParameter;
  readonly types: readonly string[];
}

function Field({ parameter, types }: FieldProps): preact.JSX.Element {
  const list = useId();
  const isTime = parameter === 'since' || parameter === 'until';
  return (
    <label>
      <span>{FILTER_LABELS[parameter]}</span>
      <input
        name={parameter}
        type={isTime ? 'datetime-local' : 'text'}
        {...(isTime && { step: 1 })}
        maxLength={255}
        autocomplete="off"
        list={parameter === 'type' && types.length > 0 ? list : undefined}
      />
      {parameter === 'type' && types.length > 0 && (
        <datalist id={list}>
          {types.map((type) => (
            <option key={type} value={type} />
          ))}
        </datalist>
      )}
    </label>
  );
}

/** A time that was given in the zone of the reader is kept with its zone. */
function entryOf(parameter: FilterParameter, given: FormDataEntryValue | null): string | undefined {
  if (typeof given !== 'string' || given === '') return undefined;
  if (parameter !== 'since' && parameter !== 'until') return given;
  const time = new Date(given);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

function shownValue({ parameter, value }: FilterEntry): string {
  return parameter === 'since' || parameter === 'until' ? timeText(value) : value;
}
