/** A command for a terminal, to be copied. */
import { useState } from 'preact/hooks';

export function Command({ text }: { readonly text: string }): preact.JSX.Element {
  const [said, setSaid] = useState('Copy');
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid('Copied');
    } catch {
      setSaid('Not allowed');
    }
    setTimeout(() => {
      setSaid('Copy');
    }, 2000);
  };
  return (
    <div class="command">
      <code tabIndex={0} aria-label="Command">
        {text}
      </code>
      <button type="button" onClick={() => void copy()} aria-label={`${said}: ${text}`}>
        {said}
      </button>
    </div>
  );
}
