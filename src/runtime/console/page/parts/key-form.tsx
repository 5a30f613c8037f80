/** Asks for the key of who looks at a server that asks who they are. */
import { hasKey, useKeyFromNowOn } from '../server.js';

export function KeyForm({ again }: { readonly again: () => void }): preact.JSX.Element {
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
      <h2>This server asks for a key</h2>
      <p class="quiet">
        {hasKey() ? 'It does not take the one that was given. ' : ''}The key is kept until this tab is closed,
        and sent to this server alone. To look at everything it needs the scopes <code>operate</code>,{' '}
        <code>events:read</code> and <code>query:*</code>.
      </p>
      <div class="row">
        <label>
          <span>Key</span>
          <input name="key" type="password" autocomplete="off" required />
        </label>
        <button type="submit" class="main">
          Use it
        </button>
      </div>
    </form>
  );
}
