/** What is entered for a command, sent when it is asked for, and what came of it. */
import { useMemo, useRef, useState } from 'preact/hooks';
import { isProblem, type ClientEvent, type CommandAnswer } from '../../../../../client/index.js';
import type { Json } from '../../../json-schema.js';
import { client, newKey } from '../../../server.js';
import { eventsOfCommit } from '../recorded-events.js';
import type { Field } from './form-fields.js';
import { NO_FAULTS, faultsOf, type FormFaults } from './form-faults.js';
import { NotJson, initialValue, jsonOf, valueOf, type Value } from './form-values.js';

export interface Outcome {
  readonly answer: CommandAnswer;
  /** Those that it recorded, as far as they can be read. */
  readonly events: readonly ClientEvent[];
}

export interface Command {
  /** That of the form, or one for all of its JSON. */
  readonly field: Field;
  readonly value: Value;
  readonly set: (value: Value) => void;
  readonly faults: FormFaults;
  readonly error: unknown;
  readonly outcome: Outcome | undefined;
  readonly isBusy: boolean;
  readonly send: () => Promise<void>;
}

const WHOLE: Field = { kind: 'json', hints: [], isNullable: false };

/**
 * @param asJson whether all of it is entered as one JSON; what was entered is kept from one way to the other
 * @param path where it is sent, with members of the input in braces
 */
export function useCommand(
  form: Field,
  path: string,
  asJson: boolean,
  onRecorded?: (answer: CommandAnswer) => void,
): Command {
  const field = asJson ? WHOLE : form;
  const [entered, setEntered] = useState<{ readonly asJson: boolean; readonly value: Value }>(() => ({
    asJson,
    value: startOf(form, asJson),
  }));
  const [error, setError] = useState<unknown>();
  const [outcome, setOutcome] = useState<Outcome>();
  const [isBusy, setBusy] = useState(false);
  /** Kept until there is an answer: what is sent again is then carried out once. */
  const attempt = useRef<{ readonly body: string; readonly key: string } | undefined>(undefined);
  const value = entered.asJson === asJson ? entered.value : carriedOver(form, entered.value, asJson);

  const send = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    setOutcome(undefined);
    try {
      const input = jsonOf(field, value) ?? {};
      const body = JSON.stringify([path, input]);
      if (attempt.current?.body !== body) attempt.current = { body, key: newKey() };
      const answer = await client.decide(path, input, { idempotencyKey: attempt.current.key });
      attempt.current = undefined;
      setOutcome({ answer, events: await eventsOfCommit(answer.position) });
      setEntered({ asJson, value: startOf(form, asJson) });
      onRecorded?.(answer);
    } catch (thrown) {
      if (isProblem(thrown) && thrown.status < 500) attempt.current = undefined;
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };

  return {
    field,
    value,
    set: (next) => {
      setEntered({ asJson, value: next });
    },
    faults: useMemo(() => shownFaults(field, error), [field, error]),
    error,
    outcome,
    isBusy,
    send,
  };
}

function shownFaults(field: Field, error: unknown): FormFaults {
  if (error instanceof NotJson) return { ...NO_FAULTS, byField: new Map([[error.pointer, [error.message]]]) };
  return isProblem(error) ? faultsOf(field, error.faults) : NO_FAULTS;
}

function startOf(form: Field, asJson: boolean): Value {
  return asJson ? textOf(form, initialValue(form)) : initialValue(form);
}

function carriedOver(form: Field, value: Value, toJson: boolean): Value {
  if (toJson) return textOf(form, value);
  try {
    return valueOf(form, jsonOf(WHOLE, value)) ?? initialValue(form);
  } catch {
    return initialValue(form);
  }
}

function textOf(form: Field, value: Value): string {
  let json: Json | undefined;
  try {
    json = jsonOf(form, value);
  } catch {
    // A member that is no JSON is not carried over.
  }
  return JSON.stringify(json ?? {}, undefined, 2);
}
