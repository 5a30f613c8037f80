/** What every event stream has, whoever sends it; and the answer to one that cannot be had now, after which an `EventSource` comes back. */
import { JSON_TYPE, NDJSON_TYPE } from './bodies.js';
import { send, type Headers, type HttpRequest, type HttpResponse } from './exchange.js';
import { negotiate } from './headers.js';
import { Problem } from './problem.js';

export const EVENT_STREAM_TYPE = 'text/event-stream';

/** No proxy keeps, compresses or buffers it (the last is nginx's). */
export const STREAM_HEADERS = {
  'content-type': EVENT_STREAM_TYPE,
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
};

/** A client comes back after one to three seconds: thousands that were ended together do not all come at once. */
const MIN_RETRY_MS = 1_000;
const MAX_RETRY_MS = 3_000;

export function retryMs(random: () => number = Math.random): number {
  return MIN_RETRY_MS + random() * (MAX_RETRY_MS - MIN_RETRY_MS);
}

/**
 * Whether the client likes an event stream best. It must name it: `text/*` and `*` of everything are answered as ever.
 *
 * @param offered what else can be had
 */
export function wantsEventStream(
  accept: string | undefined,
  offered: readonly [string, ...string[]],
): boolean {
  if (accept === undefined || !/text\/event-stream/i.test(accept)) return false;
  try {
    return negotiate(accept, [...offered, EVENT_STREAM_TYPE]) === EVENT_STREAM_TYPE;
  } catch {
    return false; // named with q=0; whoever answers refuses it, or not, as without this
  }
}

/** @param retryAfterMs after which a client whose connection has ended comes back */
export function beginning(retryAfterMs: number, id: string | undefined): string {
  return `retry: ${Math.round(retryAfterMs)}\n${id === undefined ? '' : `id: ${id}\n`}\n`;
}

/** Without an id: the client resumes after the last message that it got. */
export function ending(reason: string, detail?: string): string {
  const data = JSON.stringify({ reason, ...(detail !== undefined && { detail }) });
  return `event: end\ndata: ${data}\n\n`;
}

/** What the reason is called where it is another than that something is away. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['log-closed', 'server-stopping'],
  ['log-went-back', 'log-went-back'],
]);

/**
 * To a client that asks for an event stream which cannot be had now, a `503` would be the last word: an `EventSource` never comes back after a status
 * other than `200`.
 *
 * @returns whether it was answered
 */
export function answeredAsEnded(
  error: unknown,
  request: HttpRequest,
  response: HttpResponse,
  headers: Headers,
): boolean {
  if (!(error instanceof Problem) || error.kind !== 'unavailable' || request.method !== 'GET') return false;
  if (!wantsEventStream(request.headers.accept, [JSON_TYPE, NDJSON_TYPE])) return false;
  const waitMs = Math.max(retryMs(), (error.retryAfter ?? 0) * 1_000);
  const text =
    beginning(waitMs, undefined) + ending(REASONS.get(error.problem) ?? 'unavailable', error.detail);
  send(response, 200, { ...headers, ...STREAM_HEADERS }, text);
  return true;
}
