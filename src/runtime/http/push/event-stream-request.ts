/** How a client asks for an event stream, and from where on. */
import type { IncomingHttpHeaders } from 'node:http';
import { position, type Position } from '../../event-log/event.js';
import { JSON_TYPE } from '../kernel/bodies.js';
import { negotiate } from '../kernel/headers.js';
import { InvalidHeader } from '../kernel/problem.js';
import { EVENT_STREAM_TYPE, wantsEventStream } from '../kernel/event-streams.js';

/** What a client has seen last: the whole position, or its parts up to this one. */
export interface EventId {
  readonly position: Position;
  readonly part?: number;
}

/**
 * Of what can be had as JSON or as an event stream: whether as a stream.
 *
 * @throws NotAcceptable for a client that takes neither
 */
export function prefersEventStream(accept: string | undefined): boolean {
  if (accept === undefined || accept === '*/*' || accept === JSON_TYPE) return false;
  if (wantsEventStream(accept, [JSON_TYPE])) return true;
  negotiate(accept, STATE_TYPES);
  return false;
}

/** What a state can be had as. */
export const STATE_TYPES = [JSON_TYPE, EVENT_STREAM_TYPE] as const;

/** @throws InvalidHeader when `Last-Event-ID` is no id that a stream has given */
export function readLastEventId(headers: IncomingHttpHeaders): EventId | undefined {
  const text = headers['last-event-id'];
  if (text === undefined || text === '') return undefined;
  const [, digits, part] = /^(0|[1-9]\d{0,15})(?:\.([1-9]\d{0,15}))?$/.exec(String(text)) ?? [];
  // Before the first event there are no parts.
  if (digits === undefined || !Number.isSafeInteger(Number(digits)) || (digits === '0' && part !== undefined))
    throw new InvalidHeader(
      LAST_EVENT_ID,
      'Last-Event-ID must be the id of a message, as in 7, or 7.2 for the second part of an event; leave it out to begin anew.',
    );
  const at = position(Number(digits));
  return part === undefined ? { position: at } : { position: at, part: Number(part) };
}

export const LAST_EVENT_ID = 'Last-Event-ID';

/** @throws InvalidHeader when it has a part: states have none */
export function readLastPosition(headers: IncomingHttpHeaders): Position | undefined {
  const id = readLastEventId(headers);
  if (id?.part !== undefined)
    throw new InvalidHeader(
      LAST_EVENT_ID,
      'Last-Event-ID must be the position of a state, as in 7; only events have parts.',
    );
  return id?.position;
}

/** @throws InvalidHeader when the client has seen more than there is: a backup was restored since */
export function requireInLog(seen: Position, head: Position): void {
  if (seen <= head) return;
  throw new InvalidHeader(
    LAST_EVENT_ID,
    `Position ${seen} is beyond the head of the log, which is at ${head}: what followed was lost, or is of another log. ` +
      'Begin anew without Last-Event-ID, or with ?after=0 for all events.',
  );
}

export function idOf({ position: at, part }: EventId): string {
  return part === undefined ? String(at) : `${at}.${part}`;
}
