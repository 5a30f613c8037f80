/** What a list is filtered by: each filter with the way to be without it, and a form for another. */
import { go, type Route } from '../../routes.js';
import { COMPARISONS, linkWithFilter, shownFilters } from './list-query.js';

export function ListFilters({
  route,
  index,
}: {
  readonly route: Route;
  readonly index: readonly string[];
}): preact.JSX.Element | null {
  if (index.length === 0) return null;
  return (
    <div class="stack">
      <form
        class="row filter-form"
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          const [member, comparison, value] = ['member', 'comparison', 'value'].map((name) => {
            const given = form.get(name);
            return typeof given === 'string' ? given : '';
          });
          go(linkWithFilter(route, `${member ?? ''}${comparison ?? ''}`, value ?? ''));
          event.currentTarget.reset();
        }}
      >
        <select name="member" aria-label="Member">
          {index.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
        <select name="comparison" aria-label="Comparison">
          {COMPARISONS.map(([suffix, words]) => (
            <option key={suffix} value={suffix}>
              {words}
            </option>
          ))}
        </select>
        <input name="value" aria-label="Value" required size={14} autocomplete="off" />
        <button type="submit">Filter</button>
      </form>
      <ul class="row">
        {shownFilters(route).map(({ words, without }) => (
          <li key={words}>
            <a class="chip" href={without} aria-label={`Without: ${words}`}>
              {words} <span aria-hidden="true">×</span>
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}
