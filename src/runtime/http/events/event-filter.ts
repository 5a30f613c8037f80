/** Which events of a query are asked for, by when they were recorded, by their metadata, and by a text in their data. */
import { z } from 'zod';
import { START, type Position, type RecordedEvent } from '../../event-log/event.js';
import type { EventLog } from '../../event-log/event-log.js';
import { positionAt } from '../../event-log/position-at-time.js';
import { oneValue, type QueryString } from '../kernel/parameters.js';
import { InvalidParameter } from '../kernel/problem.js';
import { parseTime, parseTimeInUrl } from '../kernel/times.js';
import { MAX_NAME_LENGTH } from './query-body.js';

/** An event must fit all that are there. */
export interface EventFilter {
  /** Milliseconds since 1970; events of this time are among them. */
  readonly since?: number;
  readonly until?: number;
  readonly correlationId?: string;
  readonly causationId?: string;
  readonly principal?: string;
  /** Stands in the JSON text of the data, in whatever case. */
  readonly text?: string;
}

/** What an event's metadata are compared with, and the parameter of the URL. */
const METADATA = { correlationId: 'correlation', causationId: 'causation', principal: 'principal' } as const;

export const FILTER_PARAMETERS = ['since', 'until', ...Object.values(METADATA), 'text'] as const;

const EXAMPLE = '2026-01-31T12:00:00Z';

const sought = z
  .string()
  .min(1, 'at least 1 character')
  .max(MAX_NAME_LENGTH, `at most ${MAX_NAME_LENGTH} characters`);

const time = z
  .string()
  .meta({ format: 'date-time', example: EXAMPLE })
  .transform((text, refine) => {
    const parsed = parseTime(text);
    if (parsed !== undefined) return parsed;
    refine.addIssue({ code: 'custom', message: `a time with its zone, as in ${EXAMPLE}` });
    return z.NEVER;
  });

export const filterBody = z
  .strictObject({
    since: time.describe('Only events recorded at this time or after it').exactOptional(),
    until: time.describe('Only events recorded at this time or before it').exactOptional(),
    correlationId: sought.describe('Only events whose metadata have it').exactOptional(),
    causationId: sought.describe('Only events whose metadata have it').exactOptional(),
    principal: sought.describe('Only events that it has recorded').exactOptional(),
    text: sought.describe('Only events with it in the JSON text of their data, in any case').exactOptional(),
  })
  .meta({ title: 'EventsFilter' });

const { since, until, text } = filterBody.shape;

/** The parameters, for the documentation. */
export const apiFilterParameters = {
  since: since.optional(),
  until: until.optional(),
  ...Object.fromEntries(
    Object.entries(METADATA).map(([member, name]) => [
      name,
      filterBody.shape[member as keyof typeof METADATA].optional(),
    ]),
  ),
  text: text.optional(),
};

/** @throws InvalidParameter */
export function readFilterParameters(parameters: QueryString): EventFilter {
  const since = timeIn(parameters, 'since');
  const until = timeIn(parameters, 'until');
  const text = soughtIn(parameters, 'text');
  const metadata = Object.entries(METADATA).flatMap(([member, name]) => {
    const value = soughtIn(parameters, name);
    return value === undefined ? [] : [[member, value]];
  });
  return {
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
    ...(Object.fromEntries(metadata) as Pick<EventFilter, keyof typeof METADATA>),
    ...(text !== undefined && { text }),
  };
}

function timeIn(parameters: QueryString, name: 'since' | 'until'): number | undefined {
  const text = oneValue(parameters, name);
  if (text === undefined) return undefined;
  const parsed = parseTimeInUrl(text);
  if (parsed !== undefined) return parsed;
  throw new InvalidParameter(name, `${name} must be a time with its zone, as in ?${name}=${EXAMPLE}`);
}

function soughtIn(parameters: QueryString, name: string): string | undefined {
  const value = oneValue(parameters, name);
  if (value === undefined || sought.safeParse(value).success) return value;
  throw new InvalidParameter(name, `${name} has 1 to ${MAX_NAME_LENGTH} characters, not ${value.length}.`);
}

/** The same parameters, for a link: `&text=x`; empty without any. */
export function filterQuery(parameters: QueryString): string {
  return FILTER_PARAMETERS.map((name) => {
    const value = oneValue(parameters, name);
    return value === undefined ? '' : `&${name}=${encodeURIComponent(value)}`;
  }).join('');
}

/** Where the events of these times stand; found by a binary search, as times never run back. */
export async function positionsOf(
  log: Pick<EventLog, 'head' | 'commits'>,
  { since, until }: EventFilter,
): Promise<{ readonly after: Position; readonly through: Position | undefined }> {
  return {
    after: since === undefined ? START : await positionAt(log, since - 1),
    through: until === undefined ? undefined : await positionAt(log, until),
  };
}

/** @param json the text of the event's data, where it is known */
export type IsSought = (event: RecordedEvent, json?: string) => boolean;

/** Whether an event fits what no index knows of; undefined when nothing of it is asked for. */
export function soughtBy({ text, ...filter }: EventFilter): IsSought | undefined {
  const metadata = (Object.keys(METADATA) as (keyof typeof METADATA)[]).filter((name) => name in filter);
  if (text === undefined && metadata.length === 0) return undefined;
  const lower = text?.toLowerCase();
  return (event, json) =>
    metadata.every((name) => event.metadata[name] === filter[name]) &&
    (lower === undefined || (json ?? JSON.stringify(event.data)).toLowerCase().includes(lower));
}

/** As `soughtBy`, of a stream: where `since` is still to come, no event is sought that is recorded before it. */
export function soughtLive(filter: EventFilter, now = Date.now()): IsSought | undefined {
  const isSought = soughtBy(filter);
  const { since } = filter;
  if (since === undefined || since <= now) return isSought;
  return (event, json) => Date.parse(event.time) >= since && (isSought?.(event, json) ?? true);
}
