/** How entities are written: one, or a page of a list. */
import { createHash } from 'node:crypto';
import type { Position } from '../../event-log/event.js';
import { JSON_UTF_8, send, setHeader, type HttpRequest, type HttpResponse } from '../kernel/exchange.js';
import { matchesEntityTag } from '../kernel/headers.js';
import { staleSince, type QueriedProjection } from '../projections/query.js';

export interface WrittenEntity {
  readonly key: string;
  /** Of the last event that changed it. */
  readonly position: number;
  /** As JSON: an object. */
  readonly view: string;
  readonly faultAt?: number;
  /** Members that are added to it, as JSON with a comma before each. */
  readonly included?: string | undefined;
}

/** @param fields the members of the view to write; undefined: all */
export function entityJson(
  { key, position, view, faultAt, included = '' }: WrittenEntity,
  fields: readonly string[] | undefined,
): string {
  const members = fields === undefined ? view : JSON.stringify(chosen(view, fields));
  const own = faultAt === undefined ? '' : `,"faultAt":${faultAt}`;
  const inner = members.length > 2 ? `,${members.slice(1, -1)}` : '';
  return `{"key":${JSON.stringify(key)}${inner},"position":${position}${own}${included}}`;
}

function chosen(view: string, fields: readonly string[]): object {
  const members = JSON.parse(view) as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    fields.filter((name) => Object.hasOwn(members, name)).map((name) => [name, members[name]]),
  );
}

/** What is answered with, and how far everything in it was folded. */
export interface Answer {
  readonly body: string;
  readonly position: Position;
  /** Beside those of every query, or instead of them. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * The entity tag is a digest of what is answered, to the byte, so that a change elsewhere in the list or log makes no new one.
 */
export function sendBody(
  projection: QueriedProjection & { readonly log: { readonly identity: string } },
  request: HttpRequest,
  response: HttpResponse,
  { body, position, headers }: Answer,
): void {
  const digest = createHash('sha256').update(projection.log.identity).update(body).digest('base64url');
  const etag = `"${digest.slice(0, 22)}"`;
  const isKnown = matchesEntityTag(request.headers['if-none-match'], etag);
  const stale = staleSince(projection);
  setHeader(response, 'content-type', JSON_UTF_8);
  setHeader(response, 'etag', etag);
  setHeader(response, 'leftfold-position', String(position));
  setHeader(response, 'cache-control', 'no-cache');
  if (stale !== undefined) setHeader(response, 'leftfold-stale', stale);
  send(response, isKnown ? 304 : 200, headers, isKnown ? undefined : body);
}
