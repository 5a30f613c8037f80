/** A point in time in a URL: a position in the log, or a time as RFC 3339 has it. */
import { position, type Position } from '../../event-log/event.js';
import { oneValue, type QueryString } from '../kernel/parameters.js';
import { InvalidParameter } from '../kernel/problem.js';
import { parseTimeInUrl } from '../kernel/times.js';

/** A position, or milliseconds since 1970. */
export type PointInTime = { readonly position: Position } | { readonly time: number };

/** @throws InvalidParameter unless it is a whole number from 0 on, or a time with its zone (RFC 3339, section 5.6) */
export function readPointInTime(query: QueryString, name: string): PointInTime | undefined {
  const text = oneValue(query, name);
  if (text === undefined) return undefined;
  if (/^(?:0|[1-9]\d*)$/.test(text) && Number.isSafeInteger(Number(text)))
    return { position: position(Number(text)) };
  const time = parseTimeInUrl(text);
  if (time !== undefined) return { time };
  throw new InvalidParameter(
    name,
    `${name} must be a position, as in ?${name}=3, or a time with its zone, as in ?${name}=2026-01-31T12:00:00Z`,
  );
}
