/** The position of the last event of the log, as it grows. */
import { useEffect, useState } from 'preact/hooks';
import { client } from '../../server.js';
import { headOf } from './event-pages.js';

const EVERY_MS = 2000;
/** While somebody looks at the newest events. Each of them with a stream of its own would be sent all that is recorded, of which this is a number. */
const FOLLOWED_MS = 500;

/**
 * @param isFollowed whether somebody looks at its newest events
 * @returns the head, undefined until it is known; and why it could not be asked for
 */
export function useHead(isFollowed: boolean): { readonly head?: number; readonly error?: unknown } {
  const [state, setState] = useState<{ head?: number; error?: unknown }>({});
  const everyMs = isFollowed ? FOLLOWED_MS : EVERY_MS;

  useEffect(() => {
    const ending = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async (): Promise<void> => {
      try {
        const query = { limit: 1, after: Number.MAX_SAFE_INTEGER };
        const { headers } = await client.request('/events', { query, signal: ending.signal });
        const head = headOf(headers);
        setState((before) => (before.head === head && before.error === undefined ? before : { head }));
      } catch (error) {
        if (ending.signal.aborted) return;
        setState((before) => ({ ...before, error }));
      }
      if (!ending.signal.aborted) timer = setTimeout(askIfShown, everyMs);
    };
    const askIfShown = (): void => {
      if (document.hidden) timer = setTimeout(askIfShown, everyMs);
      else void ask();
    };
    void ask();
    return () => {
      ending.abort();
      clearTimeout(timer);
    };
  }, [everyMs]);

  return state;
}
