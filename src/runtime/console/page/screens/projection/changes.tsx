/** What differs between two views, as a table of members. */
import { MAX_CHANGES, changesBetween, type Change } from '../../difference.js';

interface Props {
  readonly before: unknown;
  readonly after: unknown;
  readonly titles: readonly [before: string, after: string];
  readonly label: string;
  /** What is said where nothing differs. */
  readonly none?: string;
}

/** So much of a value is shown; the state beside it has all of it. */
const MAX_CHARACTERS = 300;

export function Changes({ before, after, titles, label, none }: Props): preact.JSX.Element {
  const changes = changesBetween(before, after);
  if (changes.length === 0) return <p class="quiet">{none ?? 'Nothing differs.'}</p>;
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label={label}>
      <table class="changes">
        <thead>
          <tr>
            <th scope="col">Member</th>
            {titles.map((title) => (
              <th scope="col" key={title}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {changes.map((change) => (
            <tr key={change.path}>
              <th scope="row">
                <code>{change.path}</code>
              </th>
              <td>
                <Value of={change} side="before" />
              </td>
              <td>
                <Value of={change} side="after" />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {changes.length === MAX_CHANGES && (
        <p class="quiet">These are the first {MAX_CHANGES}; there may be more.</p>
      )}
    </div>
  );
}

function Value({ of, side }: { readonly of: Change; readonly side: 'before' | 'after' }): preact.JSX.Element {
  if (!Object.hasOwn(of, side)) return <span class="quiet">absent</span>;
  const text = (JSON.stringify(of[side]) as string | undefined) ?? 'nothing';
  return (
    <code class={side}>{text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)}…` : text}</code>
  );
}
