/** The event at a position, and the difference that it made. */
import { Data } from '../../parts/data.js';
import { Time } from '../../parts/time.js';
import { linkTo, linkWith, type Route } from '../../routes.js';
import { Changes } from './changes.js';
import type { Moment } from './moment.js';
import { withoutIn } from './without.js';

interface Props {
  readonly of: Moment;
  /** Of the projection. */
  readonly name: string;
  readonly route: Route;
  readonly skipped: readonly number[] | undefined;
}

export function EventAt({ of, name, route, skipped = [] }: Props): preact.JSX.Element {
  const { position, event, before, state, unread } = of;
  return (
    <section class="card" aria-labelledby="event-title">
      <h2 id="event-title">{position === 0 ? 'The beginning' : `Event ${position.toLocaleString('en')}`}</h2>
      {position === 0 && (
        <p class="quiet">Nothing was recorded yet; this is the state that {name} begins with.</p>
      )}
      {unread !== undefined && <p class="quiet">The event is not to be seen: {unread}</p>}
      {event !== undefined && (
        <>
          <div class="row">
            <a class="chip" href={linkTo(['log'], { open: position })}>
              {event.type}
            </a>
            <span class="quiet">
              <Time of={event.time} />
            </span>
            <LeaveOut position={position} route={route} />
          </div>
          {skipped.includes(position) && <p class="notice warn">{name} skips it.</p>}
          <Data value={event.data} label="Data of the event" />
        </>
      )}
      {position > 0 && before !== undefined && (
        <>
          <h3>What it changed</h3>
          <Changes
            before={before}
            after={state}
            titles={['Before', 'After']}
            label="What the event changed"
            none={`It changed nothing of what ${name} shows.`}
          />
        </>
      )}
    </section>
  );
}

function LeaveOut({
  position,
  route,
}: {
  readonly position: number;
  readonly route: Route;
}): preact.JSX.Element {
  const without = withoutIn(route);
  const isOut = without.includes(position);
  const others = isOut ? without.filter((each) => each !== position) : [...without, position];
  return (
    <a class="button" href={linkWith(route, { without: others.join(',') })}>
      {isOut ? 'Count it in again' : 'What if it had not been?'}
    </a>
  );
}
