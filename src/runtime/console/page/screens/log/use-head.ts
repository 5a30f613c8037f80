/** The position of the last event of the log, as it grows. */
import { useEffect, useState } from 'preact/hooks';
import { client } from '../../server.js';
import { headOf } from './event-pages.js';

const EVERY_MS = 2000;
/** So often at most the page is drawn anew where many events are recorded. */
const THROTTLE_MS = 150;

/**
 * Asked for every two seconds, and while the log is followed told of with each event.
 *
 * @param isFollowed whether somebody looks at its newest events
 * @returns the head, undefined until it is known; and why it could not be asked for
 */
export function useHead(isFollowed: boolean): { readonly head?: number; readonly error?: unknown } {
  const [state, setState] = useState<{ head?: number; error?: unknown }>({});
  const isKnown = state.head !== undefined;

  useEffect(() => {
    const ending = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async (): Promise<void> => {
      try {
        const query = { limit: 1, after: Number.MAX_SAFE_INTEGER };
        const { headers } = await client.request('/events', { query, signal: ending.signal });
        setState((before) => (before.head === headOf(headers) ? before : { head: headOf(headers) }));
      } catch (error) {
        if (ending.signal.aborted) return;
        setState((before) => ({ ...before, error }));
      }
      timer = setTimeout(askIfShown, EVERY_MS);
    };
    const askIfShown = (): void => {
      if (document.hidden) timer = setTimeout(askIfShown, EVERY_MS);
      else void ask();
    };
    void ask();
    return () => {
      ending.abort();
      clearTimeout(timer);
    };
  }, []);

  useEffect(() => {
    if (!isFollowed || !isKnown) return undefined;
    let newest = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const show = (): void => {
      timer = undefined;
      setState((before) => (newest <= (before.head ?? 0) ? before : { head: newest }));
    };
    const subscription = client.events({ after: 'now' }).subscribe({
      next: ({ position }) => {
        newest = position;
        timer ??= setTimeout(show, THROTTLE_MS);
      },
      error: () => undefined, // asking every two seconds tells it
    });
    return () => {
      subscription.unsubscribe();
      clearTimeout(timer);
    };
  }, [isFollowed, isKnown]);

  return state;
}
