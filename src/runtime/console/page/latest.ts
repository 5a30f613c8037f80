/** What is asked for while it changes faster than it is answered, as by a slider: one request at a time, the newest next. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { RETRY_MS, isRefusal } from './asked.js';

export interface Latest<Value> {
  /** What was answered last, be it to an earlier key. */
  readonly value?: Value;
  /** Why the last request failed; undefined once one succeeds. */
  readonly error?: unknown;
  /** Whether the value or the error is of the key that is asked for now. */
  readonly isCurrent: boolean;
}

export interface LatestOptions {
  /** So long is waited after an answer before the next request. Default: 0. */
  readonly pauseMs?: number;
}

/**
 * @param key what is asked for; undefined: nothing, and what was answered is forgotten
 * @param request gets a signal that is aborted when the component is gone
 */
export function useLatest<Value>(
  key: string | undefined,
  request: (signal: AbortSignal) => Promise<Value>,
  { pauseMs = 0 }: LatestOptions = {},
): Latest<Value> {
  const [state, setState] = useState<{ key?: string; value?: Value; error?: unknown }>({});
  const wanted = useRef({ key, request, pauseMs });
  wanted.current = { key, request, pauseMs };
  const wake = useRef<() => void>(() => undefined);

  useEffect(() => {
    const ending = new AbortController();
    const { signal } = ending;
    let answered: string | undefined;
    let isBusy = false;

    const one = async (wantedKey: string): Promise<void> => {
      try {
        const value = await wanted.current.request(signal);
        if (signal.aborted) return;
        answered = wantedKey;
        setState({ key: wantedKey, value });
        await pause(wanted.current.pauseMs);
      } catch (error) {
        if (signal.aborted) return;
        setState(({ value }) => ({ key: wantedKey, ...(value !== undefined && { value }), error }));
        if (isRefusal(error)) answered = wantedKey;
        else await pause(RETRY_MS);
      }
    };
    const run = async (): Promise<void> => {
      if (isBusy) return;
      isBusy = true;
      for (;;) {
        const { key: next } = wanted.current;
        if (signal.aborted || next === undefined || next === answered) break;
        await one(next);
      }
      isBusy = false;
    };
    wake.current = () => {
      if (wanted.current.key === undefined) answered = undefined;
      void run();
    };
    return () => {
      ending.abort();
    };
  }, []);
  useEffect(() => {
    wake.current();
  }, [key]);

  if (key === undefined) return { isCurrent: true };
  const { key: of, ...rest } = state;
  return { ...rest, isCurrent: of === key };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
