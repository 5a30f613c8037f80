/** What came of a command: the events that it recorded, or why it was refused. */
import { isProblem, type ClientFault } from '../../../../../client/index.js';
import { linkTo } from '../../../routes.js';
import { reasonOf } from '../../../server.js';
import type { Outcome } from './use-command.js';

export function RecordedNotice({
  answer,
  events,
  link,
}: Outcome & { readonly link: string | undefined }): preact.JSX.Element {
  return (
    <div class="notice good stack">
      <p>
        {events.length === 0
          ? `Recorded, up to position ${answer.position}.`
          : `Recorded ${events.length === 1 ? 'one event' : `${events.length} events`}.`}
        {link !== undefined && (
          <>
            {' '}
            <a href={link}>Look at it</a>
          </>
        )}
      </p>
      <ul class="row">
        {events.map(({ position, part, type }) => (
          <li key={`${position}.${part ?? 0}`}>
            <a class="chip" href={linkTo(['log'], { open: position })}>
              {position} {type}
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}

interface RefusedProps {
  readonly error: unknown;
  /** Those that are not shown at a field. */
  readonly others: readonly ClientFault[];
}

export function RefusedNotice({ error, others }: RefusedProps): preact.JSX.Element {
  return (
    <div class="notice bad stack" role="alert">
      {isProblem(error) && error.title !== '' && (
        <p>
          <strong>{error.title}</strong>
        </p>
      )}
      <p>{reasonOf(error)}</p>
      {others.map(({ detail, pointer, parameter, header }) => (
        <p key={`${pointer ?? parameter ?? header ?? ''} ${detail}`}>
          <code>{pointer ?? parameter ?? header ?? ''}</code> {detail}
        </p>
      ))}
      {isProblem(error) ? (
        <p class="quiet">
          Nothing was recorded. <code>{error.type}</code> ({error.status})
        </p>
      ) : (
        <p class="quiet">
          Whether it was carried out is not known. Sent again as it is, it is carried out once.
        </p>
      )}
    </div>
  );
}
