/** A command as a form: what it takes, sent to the server, which decides; then the events that it recorded, or why it was refused. */
import { useEffect, useId, useMemo, useRef } from 'preact/hooks';
import type { CommandAnswer } from '../../../../../client/index.js';
import type { JsonSchema } from '../../../json-schema.js';
import { NotJson } from './form-values.js';
import { RecordedNotice, RefusedNotice } from './outcome.js';
import { FieldInput, Members } from './fields.js';
import { isGroup } from './form-values.js';
import { fieldOf, withMember, type Member } from './form-fields.js';
import { useCommand } from './use-command.js';

interface Props {
  /** What the button says. */
  readonly label: string;
  readonly schema: JsonSchema;
  /** A member beside those of the schema, such as the id of a subject. */
  readonly beside?: Member;
  /** Where it is sent: without the prefix, with members of the input in braces. */
  readonly path: string;
  /** Whether all of it is entered as JSON. */
  readonly isJson: boolean;
  readonly setJson: (isJson: boolean) => void;
  readonly onRecorded?: (answer: CommandAnswer) => void;
  /** Where in the console what was created is shown. */
  readonly linkOf?: (answer: CommandAnswer) => string | undefined;
}

export function CommandForm(props: Props): preact.JSX.Element {
  const { label, schema, beside, path, isJson, setJson, onRecorded, linkOf } = props;
  const made = useMemo(() => {
    const field = fieldOf(schema);
    return beside === undefined ? field : withMember(field, beside);
  }, [schema, beside?.name]);
  const hasFields = made.kind === 'group';
  const command = useCommand(made, path, isJson || !hasFields, onRecorded);
  const { field, value, set, faults, error, outcome, isBusy, send } = command;
  const form = useId();
  const element = useRef<HTMLFormElement>(null);

  useEffect(() => {
    if (error !== undefined) element.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus();
  }, [error]);

  const given = { form, faults: faults.byField, set };
  return (
    <form
      ref={element}
      class="command-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!isBusy) void send();
      }}
    >
      {field.kind === 'group' ? (
        <Members {...given} members={field.members} value={isGroup(value) ? value : {}} at="" />
      ) : (
        <FieldInput {...given} field={field} label="input" isRequired value={value} at="" />
      )}
      <div class="row">
        <button type="submit" class="main" disabled={isBusy}>
          {isBusy ? 'One moment…' : label}
        </button>
        {hasFields && made.members.length > 0 && (
          <button
            type="button"
            aria-pressed={isJson}
            onClick={() => {
              setJson(!isJson);
            }}
          >
            As JSON
          </button>
        )}
      </div>
      <div role="status">
        {outcome !== undefined && <RecordedNotice {...outcome} link={linkOf?.(outcome.answer)} />}
      </div>
      {error !== undefined && !(error instanceof NotJson) && (
        <RefusedNotice error={error} others={faults.others} />
      )}
    </form>
  );
}
