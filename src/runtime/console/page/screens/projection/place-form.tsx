/** A position or a time to type. */
import { go, linkWith, type Route } from '../../routes.js';

interface Props {
  readonly route: Route;
  readonly end: number;
}

export function PlaceForm({ route, end }: Props): preact.JSX.Element {
  return (
    <form
      class="row bottom place"
      onSubmit={(event) => {
        event.preventDefault();
        const fields = new FormData(event.currentTarget);
        const at = placeIn(fields.get('position'), fields.get('time'));
        event.currentTarget.reset();
        if (at !== undefined) go(linkWith(route, { at }));
      }}
    >
      <label>
        <span>Position</span>
        <input name="position" type="number" min={0} max={end} step={1} />
      </label>
      <label>
        <span>or time, in this place</span>
        <input name="time" type="datetime-local" step={1} />
      </label>
      <button type="submit">Go there</button>
    </form>
  );
}

function placeIn(position: unknown, time: unknown): string | undefined {
  if (typeof position === 'string' && position !== '') return position;
  if (typeof time !== 'string' || time === '') return undefined;
  return new Date(time).toISOString();
}
