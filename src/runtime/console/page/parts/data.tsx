/** What an event or a state holds, as text: nothing in it is ever taken for markup. */

interface Props {
  readonly value: unknown;
  /** What a reader of the screen hears. */
  readonly label: string;
}

/** So much of a value is shown at once. */
const MAX_CHARACTERS = 20_000;

export function Data({ value, label }: Props): preact.JSX.Element {
  const text = JSON.stringify(value, undefined, 2) as string | undefined;
  const shown = text ?? 'nothing';
  return (
    <pre aria-label={label} class="data" tabIndex={0} role="group">
      {shown.length > MAX_CHARACTERS
        ? `${shown.slice(0, MAX_CHARACTERS)}\n… ${(shown.length - MAX_CHARACTERS).toLocaleString('en')} more characters`
        : shown}
    </pre>
  );
}
