/** Asks for the key of who looks at a server that asks who they are. */
import { hasKey, useKeyFromNowOn } from '../server.js';

interface Props {
  /** Whether the server has refused the key that there is, or that there is none. */
  readonly isRefused: boolean;
  /** Called with the new key in use. */
  readonly again: () => void;
}

export function KeyForm({ isRefused, again }: Props): preact.JSX.Element {
  return (
    <form
      class="card"
      onSubmit={(event) => {
        event.preventDefault();
        const key = new FormData(event.currentTarget).get('key');
        useKeyFromNowOn(typeof key === 'string' && key !== '' ? key : undefined);
        again();
      }}
    >
      <h2>{isRefused ? 'This server asks for a key' : 'Another key'}</h2>
      <p class="quiet">
        {isRefused && hasKey() ? 'It does not take the one that was given. ' : ''}The key is kept until this
        tab is closed, and sent to this server alone. To look at everything it needs the scopes{' '}
        <code>operate</code>, <code>events:read</code> and <code>query:*</code>.
      </p>
      <div class="row">
        <label>
          <span>Key</span>
          <input name="key" type="password" autocomplete="off" required />
        </label>
        <button type="submit" class="main">
          Use it
        </button>
        {hasKey() && (
          <button
            type="button"
            onClick={() => {
              useKeyFromNowOn(undefined);
              again();
            }}
          >
            Forget the one there is
          </button>
        )}
      </div>
    </form>
  );
}
