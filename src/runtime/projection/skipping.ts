/** Events that a projection skips for good: recorded in the log, so that every replay skips them too. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { defineRuntimeEvent } from '../event-log/contracts/event-contract.js';
import { OLD_SKIP_TYPE } from '../event-log/contracts/open-types.js';
import { InvalidValue } from '../event-log/errors.js';
import {
  commitId,
  position,
  tag,
  type Commit,
  type Position,
  type Query,
  type RecordedEvent,
  type Tag,
} from '../event-log/event.js';
import type { AppendOptions, EventLog } from '../event-log/event-log.js';
import type { Skipped } from './folding.js';

/** Of a reason, in characters. */
export const MAX_REASON_LENGTH = 1000;

const SKIP = {
  schema: z.strictObject({
    projection: z.string().min(1).max(200),
    /** Of the event to skip; always before this one. */
    position: z.int().min(1),
    reason: z.string().min(1).max(MAX_REASON_LENGTH),
  }),
  examples: [
    {
      data: { projection: 'sum', position: 17, reason: 'recorded by mistake' },
      tags: [tag('projection:sum')],
    },
  ],
};

/** From now on this projection skips the event at this position. */
export const eventSkipped = defineRuntimeEvent({ type: 'leftfold.event-skipped', ...SKIP });

/** The contracts of skips: the one that is recorded, and the one that was before types had a prefix. */
export const skipContracts = [eventSkipped, defineRuntimeEvent({ type: OLD_SKIP_TYPE, ...SKIP })];

export const skipTypes: readonly string[] = skipContracts.map(({ type }) => type);

/**
 * The positions that the projection skips, as the log has it now. They must be known before folding begins: what is
 * skipped is skipped in all of the past, also in states of times before the skip was recorded.
 */
export async function skippedBy(log: Pick<EventLog, 'read'>, projection: string): Promise<Skipped> {
  const skipped = new Set<Position>();
  for await (const page of log.read(skipsOf(projection))) {
    for (const at of skippedIn(page, projection)) skipped.add(at);
  }
  return skipped;
}

/** Finds the skips of a projection. */
export function skipsOf(projection: string): Query {
  return [{ types: skipTypes, tags: [skipTag(projection)] }];
}

/** The positions that the events say the projection is to skip. */
export function skippedIn(events: readonly RecordedEvent[], projection: string): readonly Position[] {
  return events.flatMap((event) => skipIn(event, projection) ?? []);
}

/** A skip of the event's own position or a later one does not count. */
function skipIn(
  { type, tags, data, position: saidAt }: RecordedEvent,
  projection: string,
): Position | undefined {
  if (!isSkip({ type }) || !tags.includes(skipTag(projection))) return undefined;
  const parsed = eventSkipped.schema.safeParse(data);
  if (!parsed.success || parsed.data.projection !== projection || parsed.data.position >= saidAt)
    return undefined;
  return position(parsed.data.position);
}

export const isSkip = ({ type }: { readonly type: string }): boolean => skipTypes.includes(type);

/** The id under which the skip of this position by this projection is recorded, at most once. */
export const skipId = (projection: string, at: Position): Commit['id'] =>
  commitId(`skip:${projection}:${at}`);

/**
 * Records that the projection skips a position. Of several at once, one is recorded, and all are answered with it.
 *
 * @throws InvalidValue when the log has no event at this position
 */
export async function recordSkip(
  log: Pick<EventLog, 'appendAsRuntime' | 'head'>,
  skip: { readonly projection: string; readonly position: Position; readonly reason: string },
  options: Pick<AppendOptions, 'metadata'> = {},
): Promise<Commit> {
  const head = await log.head();
  if (skip.position > head) {
    throw new InvalidValue(
      `The log ends at position ${head}; there is no event at ${skip.position} to skip.`,
    );
  }
  return log.appendAsRuntime([eventSkipped.create(skip, [skipTag(skip.projection)])], {
    ...options,
    commitId: skipId(skip.projection, skip.position),
    fingerprint: 'skip', // with another reason it is still the same skip
  });
}

/**
 * The machine's fingerprint, and a digest of the positions that were skipped up to the state's own: a state that was
 * folded with other skips has another one.
 */
export function fingerprintWithout(skipped: Skipped, through: Position, machine: string): string {
  const positions = [...skipped].filter((each) => each <= through).sort((one, other) => one - other);
  if (positions.length === 0) return machine;
  return `${machine}/without-${createHash('sha256').update(positions.join()).digest('base64url')}`;
}

/** The machine's own part of such a fingerprint. */
export const machineIn = (fingerprint: string): string => fingerprint.split('/without-', 1)[0] ?? fingerprint;

const skipTag = (projection: string): Tag => tag(`projection:${projection}`);
