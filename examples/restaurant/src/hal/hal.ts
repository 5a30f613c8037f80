/** Answers in the Hypertext Application Language: what there is, and links to what can be done with it next (https://stateless.group/hal_specification.html). */
import { createHash } from 'node:crypto';
import { position, type EntityProjection, type EventLog } from 'leftfold';
import {
  NotYet,
  matchesEntityTag,
  negotiate,
  preferredWait,
  queryOf,
  send,
  wholeNumber,
  type Headers,
  type HttpRequest,
  type HttpResponse,
} from 'leftfold/http';

export type Links = Readonly<Record<string, { readonly href: string }>>;

export interface Hal {
  readonly _links: Links;
  readonly [member: string]: unknown;
}

export const HAL_TYPE = 'application/hal+json';

/** How long a reader waits for what this process has recorded. What another process has recorded is asked for by `?after=`. */
const OWN_EVENTS_MS = 1_000;

/** Waits for `?after=` as long as the client prefers, or for what this process knows to be recorded. @throws NotYet */
export async function caughtUp(
  projection: EntityProjection,
  log: EventLog,
  request: HttpRequest,
): Promise<void> {
  const after = wholeNumber(queryOf(request), 'after');
  const wanted = position(after ?? log.knownHead);
  const waitMs = after === undefined ? OWN_EVENTS_MS : preferredWait(request.headers['prefer']) * 1_000;
  if (projection.position < wanted && projection.status !== 'faulted' && waitMs > 0)
    await projection.reached(wanted, AbortSignal.timeout(waitMs)).catch(() => undefined);
  if (projection.isAnswering && projection.position >= (after ?? 0)) return;
  const { name, position: folded } = projection;
  throw new NotYet(`${name} has folded up to position ${folded}; ask again, or with Prefer: wait=5.`, folded);
}

/** `304` where the client has it already. */
export function show(request: HttpRequest, response: HttpResponse, folded: number, hal: Hal): void {
  const type = negotiate(request.headers.accept, [HAL_TYPE, 'application/json']);
  const body = JSON.stringify(hal);
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  const isKnown = matchesEntityTag(request.headers['if-none-match'], etag);
  const headers: Headers = {
    'content-type': type,
    'leftfold-position': String(folded),
    'cache-control': 'no-cache',
    vary: 'Accept',
    etag,
  };
  send(response, isKnown ? 304 : 200, headers, isKnown ? undefined : body);
}

/** Replaces `:name` by the values that the path had. */
export const filled = (path: string, values: Readonly<Record<string, string>>): string =>
  path.replace(/:(\w+)/g, (whole, name: string) => encodeURIComponent(values[name] ?? whole));
