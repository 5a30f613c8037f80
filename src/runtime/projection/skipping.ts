/** Events that a projection passes over for good: recorded in the log, so that every replay passes over them too. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { defineEvent } from '../event-log/contracts/event-contract.js';
import {
  commitId,
  position,
  tag,
  type Commit,
  type Position,
  type RecordedEvent,
} from '../event-log/event.js';
import type { AppendOptions, EventLog } from '../event-log/event-log.js';
import type { Page } from '../event-log/page.js';
import type { Skipped } from './folding.js';

/** The longest reason, in characters. */
export const MAX_REASON_LENGTH = 1000;

/** Somebody decided that this projection does without the event at this position, and why. */
export const eventSkipped = defineEvent({
  type: 'event.skipped',
  schema: z.strictObject({
    projection: z.string().min(1).max(200),
    /** Where the event stands that is passed over; always before this one. */
    position: z.int().min(1),
    reason: z.string().min(1).max(MAX_REASON_LENGTH),
  }),
  examples: [
    {
      data: { projection: 'sum', position: 17, reason: 'recorded by mistake' },
      tags: [tag('projection:sum')],
    },
  ],
});

/**
 * The positions that the projection passes over, as the log has it now. Whoever folds for a projection asks for
 * them first. What is skipped is skipped in all of the past, also for questions about times before it was.
 */
export async function skippedBy(log: Pick<EventLog, 'read'>, projection: string): Promise<Skipped> {
  const skipped = new Set<Position>();
  for await (const page of log.read([{ types: [eventSkipped.type], tags: [tagOf(projection)] }])) {
    for (const event of page) {
      const at = skipIn(event, projection);
      if (at !== undefined) skipped.add(at);
    }
  }
  return skipped;
}

/** The position that the projection is to pass over, if the event says so. A skip of what came later than it is none. */
export function skipIn(
  { type, tags, data, position: saidAt }: RecordedEvent,
  projection: string,
): Position | undefined {
  if (type !== eventSkipped.type || !tags.includes(tagOf(projection))) return undefined;
  const parsed = eventSkipped.schema.safeParse(data);
  if (!parsed.success || parsed.data.projection !== projection || parsed.data.position >= saidAt)
    return undefined;
  return position(parsed.data.position);
}

/** The page without the skips that were read along with it, unless they are consumed as any event is. */
export function withoutSkips(page: Page, consumes: readonly { readonly type: string }[]): Page {
  const isSkip = ({ type }: { readonly type: string }): boolean => type === eventSkipped.type;
  if (!page.events.some(isSkip) || consumes.some(isSkip)) return page;
  return { ...page, events: page.events.filter((event) => !isSkip(event)) };
}

/** Where the skip of this position by this projection is recorded, at most once. */
export const skipId = (projection: string, at: Position): Commit['id'] =>
  commitId(`skip:${projection}:${at}`);

/** Records that the projection passes over a position. Of several at once, one is recorded, and all are answered with it. */
export function recordSkip(
  log: Pick<EventLog, 'append'>,
  skip: { readonly projection: string; readonly position: Position; readonly reason: string },
  options: Pick<AppendOptions, 'metadata'> = {},
): Promise<Commit> {
  return log.append([eventSkipped.create(skip, [tagOf(skip.projection)])], {
    ...options,
    commitId: skipId(skip.projection, skip.position),
    fingerprint: 'skip', // another reason for the same skip is no other skip
  });
}

/**
 * Tells a state that was folded without these positions from any other: the machine's fingerprint, and a digest of those
 * skips that stand up to where the state does. Later ones say nothing of it.
 */
export function fingerprintWithout(skipped: Skipped, through: Position, machine: string): string {
  const passed = [...skipped].filter((each) => each <= through).sort((one, other) => one - other);
  if (passed.length === 0) return machine;
  return `${machine}/without-${createHash('sha256').update(passed.join()).digest('base64url')}`;
}

/** The machine's fingerprint in one that tells of skips, too. */
export const machineIn = (fingerprint: string): string => fingerprint.split('/without-', 1)[0] ?? fingerprint;

/** What the skips of a projection are tagged with. */
export const tagOf = (projection: string): ReturnType<typeof tag> => tag(`projection:${projection}`);
