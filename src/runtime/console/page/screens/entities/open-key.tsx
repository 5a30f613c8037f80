/** Leads to one subject or entity by its key. */
import { go, linkTo } from '../../routes.js';

export function OpenKey({ name }: { readonly name: string }): preact.JSX.Element {
  return (
    <form
      class="row"
      onSubmit={(event) => {
        event.preventDefault();
        const key = new FormData(event.currentTarget).get('key');
        if (typeof key === 'string' && key.trim() !== '') go(linkTo(['entities', name, key.trim()]));
      }}
    >
      <label class="inline">
        <span>Open</span>
        <input name="key" size={14} autocomplete="off" placeholder="key" aria-label={`Key of ${name}`} />
      </label>
      <button type="submit">Open</button>
    </form>
  );
}
