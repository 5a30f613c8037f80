/** When a request is sent again, and how long to wait before. */

export interface RetryOptions {
  /** How often one request is sent at most, the first time included. Default: 8. */
  readonly attempts?: number;
  /** The first pause; each is twice as long as the one before, times a random factor. Default: 200. */
  readonly minPauseMs?: number;
  /** Default: 10,000. */
  readonly maxPauseMs?: number;
}

/** A server that asks for a longer pause is asked again after this one. */
const MAX_RETRY_AFTER_MS = 60_000;

const RETRIED = new Set([429, 502, 503, 504]);

export function isRetried(status: number): boolean {
  return RETRIED.has(status);
}

/** @param attempt from 1 @param retryAfterMs what the server asks for; the pause is at least that */
export function pauseBefore(
  attempt: number,
  retryAfterMs: number,
  { minPauseMs = 200, maxPauseMs = 10_000 }: RetryOptions,
): number {
  const longest = Math.min(maxPauseMs, minPauseMs * 2 ** Math.min(attempt - 1, 30));
  return Math.min(retryAfterMs, MAX_RETRY_AFTER_MS) + longest * (0.5 + Math.random() / 2);
}

/** @returns 0 where there is none; RFC 9110 allows seconds and a date */
export function retryAfterMs(header: string | null): number {
  if (header === null) return 0;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) && ms > 0 ? ms : 0;
}

/** @throws the signal's reason */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
