/** A button for what changes something: it says first what will happen, and does it when that is confirmed. */
import { useRef, useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import { ProblemNotice } from './problem.js';

interface Props {
  readonly label: string;
  /** What will happen, in a sentence or two; may have fields of a form in it. */
  readonly children: ComponentChildren;
  /** What the button that does it says. Default: the label. */
  readonly confirm?: string;
  readonly isDangerous?: boolean;
  readonly disabled?: boolean;
  /** Gets the fields of the form. What it throws is shown, and the dialog stays open. */
  readonly act: (fields: FormData) => Promise<void>;
}

export function Confirm({
  label,
  children,
  confirm = label,
  isDangerous = false,
  disabled = false,
  act,
}: Props): preact.JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);

  const submit = async (form: HTMLFormElement): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await act(new FormData(form));
      dialog.current?.close();
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };

  return (
    <>
      <button
        type="button"
        class={isDangerous ? 'danger' : ''}
        disabled={disabled}
        onClick={() => {
          setError(undefined);
          dialog.current?.showModal();
        }}
      >
        {label}
      </button>
      <dialog
        ref={dialog}
        aria-label={label}
        // What was asked for goes on, and what comes of it is shown here.
        onCancel={(event) => {
          if (isBusy) event.preventDefault();
        }}
      >
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void submit(event.currentTarget);
          }}
        >
          <h2>{label}</h2>
          {children}
          <ProblemNotice error={error} />
          <div class="row">
            <button type="submit" class={isDangerous ? 'danger' : 'main'} disabled={isBusy}>
              {isBusy ? 'One moment…' : confirm}
            </button>
            <button
              type="button"
              disabled={isBusy}
              onClick={() => {
                dialog.current?.close();
              }}
            >
              Leave it
            </button>
          </div>
        </form>
      </dialog>
    </>
  );
}
