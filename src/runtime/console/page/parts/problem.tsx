/** Why something is not shown, and what can be done about it. */
import { isProblem } from '../../../client/index.js';
import { reasonOf } from '../server.js';

interface Props {
  readonly error: unknown;
  readonly again?: () => void;
}

export function ProblemNotice({ error, again }: Props): preact.JSX.Element | null {
  if (error === undefined) return null;
  return (
    <div class="notice bad stack" role="alert">
      <p>{reasonOf(error)}</p>
      {isProblem(error) && error.faults.length > 0 && (
        <ul>
          {error.faults.map(({ detail, pointer, parameter, header }) => (
            <li key={`${pointer ?? parameter ?? header ?? ''} ${detail}`}>
              <code>{pointer ?? parameter ?? header ?? ''}</code> {detail}
            </li>
          ))}
        </ul>
      )}
      {again !== undefined && (
        <div>
          <button type="button" onClick={again}>
            Try again
          </button>
        </div>
      )}
    </div>
  );
}
