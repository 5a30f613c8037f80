/** What a request passes before it is handed to the process that serves its context, and what of it goes there. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import type { Access } from '../runtime/access/access.js';
import { scopeAt, type ScopesByRoute } from '../runtime/access/required-scope.js';
import { isSafeUrl } from '../runtime/access/safe-urls.js';
import { manyValues, type QueryString } from '../runtime/http/kernel/parameters.js';
import { Problem } from '../runtime/http/kernel/problem.js';
import { NothingHere } from '../runtime/http/kernel/problem-document.js';

/** The other process cannot be reached. */
export class ContextUnavailable extends Problem {
  constructor(name: string, options?: ErrorOptions) {
    const detail = `${name} is served by another process, which cannot be reached now.`;
    super('unavailable', 'context-unavailable', 'The context cannot be reached', detail, {
      retryAfter: 1,
      ...options,
    });
  }
}

/** What a client has sent would be readable on the way. */
export class CredentialsNotHandedOn extends Problem {
  constructor(name: string) {
    const detail =
      `${name} is served by another machine over http:, where others could read the credentials of this request; ` +
      'hand it over at https:, or set LEFTFOLD_KEY_OVER_HTTP=on in a network that you trust.';
    super('unavailable', 'context-unavailable', 'The context cannot be reached', detail, { retryAfter: 60 });
  }
}

/** What the library that forwards refuses, and what a parser of URLs resolves. */
const DOT_SEGMENT = /(?:^|[/\\])\.{1,2}(?:$|[/\\])|[/\\]\.\.|\.\.[/\\]/;

/** Where they are not encoded, a parser of URLs reads a slash, or the end of the path. */
const READ_ANOTHER_WAY = /[\\#]/;

/** Said to this server, and meant for it: it has checked them. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  'origin',
  'sec-fetch-site',
  'sec-fetch-mode',
  'sec-fetch-dest',
  'referer',
]);

interface Asked {
  readonly scopes: ScopesByRoute;
  readonly included: ReadonlyMap<string, readonly string[]>;
}

/**
 * The other process asks as well, of whoever reaches it; what this one is told to keep from somebody is not for it to hand on.
 *
 * @throws as `Access.admit`
 */
export async function admitForwarded(
  request: FastifyRequest,
  { scopes, included }: Asked,
  access: Access,
): Promise<void> {
  // A route that is here, too, has been asked for already.
  if (request.routeOptions.url === undefined)
    await access.admit(request, scopeAt(scopes, request.method, pathOf(request)) ?? 'admin');
  const names = manyValues(request.query as QueryString, 'include').flatMap((text) => text.split(','));
  for (const name of names)
    for (const projection of included.get(name) ?? []) await access.admit(request, `query:${projection}`);
}

/**
 * The path to ask for.
 *
 * @throws NothingHere for a path that could be read as another one, of another context; CredentialsNotHandedOn
 */
export function requireForwardable(
  request: FastifyRequest,
  to: { readonly name: string; readonly target: string; readonly keysOverHttp: boolean },
): string {
  const path = pathOf(request);
  if (DOT_SEGMENT.test(decodeURIComponent(path)) || READ_ANOTHER_WAY.test(path)) {
    const detail = `${path} has dots as a part of the path, or \\ or #, and ${to.name} is served by another process, which is not asked for such a path.`;
    throw new NothingHere(detail);
  }
  const mustBeSafe = request.headers.authorization !== undefined && !to.keysOverHttp;
  if (mustBeSafe && !isSafeUrl(new URL(to.target))) throw new CredentialsNotHandedOn(to.name);
  return path;
}

/**
 * @param headers without those that `Connection` names. A client may name `Authorization` there, and would be somebody else to the other
 *   process, so that is set again.
 */
export function headersToSend(
  { headers: sent, socket }: Pick<IncomingMessage, 'headers' | 'socket'>,
  headers: IncomingHttpHeaders,
  behindProxy: boolean,
): IncomingHttpHeaders {
  const address = behindProxy ? (sent['x-forwarded-for'] ?? socket.remoteAddress) : socket.remoteAddress;
  const kept = Object.entries(headers).filter(([header]) => !OWN_HEADERS.has(header));
  return {
    ...Object.fromEntries(kept),
    ...(sent.authorization !== undefined && { authorization: sent.authorization }),
    ...(address !== undefined && { 'x-forwarded-for': address }),
  };
}

function pathOf({ url }: FastifyRequest): string {
  return url.split('?', 1)[0] ?? '';
}
