/** How far the log has been looked through for what fits the filter, with a way to stop and to go on. */
import { linkWith, type Route } from '../../routes.js';
import { reasonOf } from '../../server.js';
import type { Search, SearchState } from './search.js';

interface Props {
  readonly search: Search;
  readonly route: Route;
}

export function SearchProgress({ search, route }: Props): preact.JSX.Element {
  const { state } = search;
  const { status, downTo } = state;
  return (
    <div class="log-progress row">
      <p role="status">{progressText(state)}</p>
      {status === 'searching' && (
        <button
          type="button"
          onClick={() => {
            search.stop();
          }}
        >
          Stop
        </button>
      )}
      {(status === 'stopped' || status === 'failed') && (
        <button
          type="button"
          onClick={() => {
            search.goOn();
          }}
        >
          Go on
        </button>
      )}
      {status === 'full' && <a href={linkWith(route, { at: downTo - 1 })}>Go on from there</a>}
    </div>
  );
}

function progressText({ status, rows, downTo, upTo, error }: SearchState): string {
  const found = rows.length === 1 ? '1 event' : `${rows.length.toLocaleString('en')} events`;
  const range = `positions ${downTo.toLocaleString('en')} to ${upTo.toLocaleString('en')}`;
  switch (status) {
    case 'searching':
      return downTo > upTo ? 'Looking…' : `Looking… ${found} in ${range} so far.`;
    case 'enough':
      return `${found} in ${range}; more are looked for as you scroll.`;
    case 'stopped':
      return downTo > upTo ? 'Stopped.' : `Stopped: ${found} in ${range}.`;
    case 'failed':
      return `${reasonOf(error)} ${found} in ${range}.`;
    case 'full':
      return `${found} in ${range}: as many as are shown at once.`;
    case 'ended':
      return upTo === 0 ? 'The log is empty.' : `${found} in ${range}: all that there are.`;
  }
}
