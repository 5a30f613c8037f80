/** Data of the server for a component: asked for once, or again and again, or whenever something that is watched says so. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { isProblem, type Live } from '../../client/index.js';

export interface Asked<Value> {
  /** What was answered last; kept while a later request fails. */
  readonly value?: Value;
  /** Why the last request failed; undefined once one succeeds. */
  readonly error?: unknown;
  readonly isLoading: boolean;
  /** Asks at once. */
  readonly again: () => void;
}

export interface AskOptions {
  /** Asks again so many milliseconds after each answer, while the page is shown. Default: only once. */
  readonly everyMs?: number;
}

/** While the server is away, it is asked so often. */
export const RETRY_MS = 2000;

/**
 * @param key what is asked for: another key begins anew, and forgets what was answered
 * @param request gets a signal that is aborted when nobody waits for the answer any more
 */
export function useAsked<Value>(
  key: string,
  request: (signal: AbortSignal) => Promise<Value>,
  { everyMs }: AskOptions = {},
): Asked<Value> {
  const [state, setState] = useState<{ key: string; value?: Value; error?: unknown; isLoading: boolean }>({
    key,
    isLoading: true,
  });
  const [turn, setTurn] = useState(0);
  const latest = useRef(request);
  latest.current = request;

  useEffect(() => {
    const ending = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const askIn = (ms: number): void => {
      timer = setTimeout(() => {
        if (document.hidden) askIn(ms);
        else void run();
      }, ms);
    };
    const run = async (): Promise<void> => {
      try {
        const value = await latest.current(ending.signal);
        if (ending.signal.aborted) return;
        setState({ key, value, isLoading: false });
        if (everyMs !== undefined) askIn(everyMs);
      } catch (error) {
        if (ending.signal.aborted) return;
        setState((before) => ({ ...(before.key === key ? before : { key }), error, isLoading: false }));
        if (everyMs !== undefined || !isRefusal(error)) askIn(everyMs ?? RETRY_MS);
      }
    };
    void run();
    return () => {
      ending.abort();
      clearTimeout(timer);
    };
  }, [key, everyMs, turn]);

  const current = state.key === key ? state : { isLoading: true };
  return {
    ...current,
    again: () => {
      setTurn((before) => before + 1);
    },
  };
}

/** What is answered so once is answered so again. */
export function isRefusal(error: unknown): boolean {
  return isProblem(error) && error.status < 500 && error.status !== 429;
}

/** The newest value of something that goes on for ever, and why it ended if it did. */
export function useLive<Value>(
  key: string,
  open: ((signal: AbortSignal) => Live<Value>) | undefined,
): { readonly value?: Value; readonly error?: unknown } {
  const [state, setState] = useState<{ key: string; value?: Value; error?: unknown }>({ key });
  const latest = useRef(open);
  latest.current = open;
  const isOpen = open !== undefined;

  useEffect(() => {
    const ending = new AbortController();
    const subscription = latest.current?.(ending.signal).subscribe({
      next: (value) => {
        setState({ key, value });
      },
      error: (error) => {
        setState((before) => ({ ...(before.key === key ? before : { key }), error }));
      },
    });
    return () => {
      subscription?.unsubscribe();
      ending.abort();
    };
  }, [key, isOpen]);

  return state.key === key ? state : {};
}
