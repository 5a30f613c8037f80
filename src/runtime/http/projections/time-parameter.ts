/** A point in time in a URL: a position in the log, or a time as RFC 3339 has it. */
import { z } from 'zod';
import { position, type Position } from '../../event-log/event.js';
import { oneValue, type QueryString } from '../kernel/parameters.js';
import { InvalidParameter } from '../kernel/problem.js';

/** A position, or milliseconds since 1970. */
export type PointInTime = { readonly position: Position } | { readonly time: number };

const WITH_SECONDS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;
const time = z.iso.datetime({ offset: true });

/** @throws InvalidParameter unless it is a whole number from 0 on, or a time with its zone (RFC 3339, section 5.6) */
export function readPointInTime(query: QueryString, name: string): PointInTime | undefined {
  const text = oneValue(query, name);
  if (text === undefined) return undefined;
  if (/^(?:0|[1-9]\d*)$/.test(text) && Number.isSafeInteger(Number(text)))
    return { position: position(Number(text)) };
  // A plus sign that was not encoded has become a space on its way here; nothing else could stand there.
  const written = text.toUpperCase().replace(/ (?=\d\d:\d\d$)/, '+');
  if (WITH_SECONDS.test(written) && time.safeParse(written).success) return { time: Date.parse(written) };
  throw new InvalidParameter(
    name,
    `${name} must be a position, as in ?${name}=3, or a time with its zone, as in ?${name}=2026-01-31T12:00:00Z`,
  );
}
