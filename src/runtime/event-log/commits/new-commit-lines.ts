/** New commits and the answers to them as lines of JSON: what a remote store sends to a log server, and gets back. */
import { z } from 'zod';
import { MAX_COMMIT_EVENTS, MAX_COMMIT_TAGS } from '../contracts/checked-events.js';
import { commitId, position, tag, type Json, type Metadata, type NewCommit } from '../event.js';
import { freezeJson, isFault } from '../frozen-json.js';
import { findInexact, parseExactJson } from '../../http/kernel/exact-json.js';
import { faultsOf } from '../../http/kernel/json-faults.js';
import { InvalidBody, pointer, type Fault } from '../../http/kernel/problem.js';

/** Media type of new commits: one a line, in JSON. */
export const NEW_COMMITS_TYPE = 'application/vnd.leftfold.new-commits';

const text = z.string().refine((value) => value.isWellFormed(), 'well-formed Unicode');
const name = text
  .min(1, 'at least 1 character')
  .max(255, 'at most 255 characters')
  .refine((value) => !value.includes('\0'), 'no NUL character');
const wholeNumber = z.int('a whole number');

const tags = z.array(name.transform(tag));

/** As `QueryItem` has it. Looser than a query of `POST /events/query`: the log itself adds items to those of its callers. */
export const storedQueryBody = z.array(
  z.strictObject({
    types: z.array(text).exactOptional(),
    tags: tags.exactOptional(),
    revisionBelow: wholeNumber.exactOptional(),
  }),
);

export const newCommitBody = z.strictObject({
  id: name.transform(commitId),
  time: z.iso.datetime({
    precision: 3,
    error: 'a time in UTC with milliseconds, as in 2026-01-31T12:00:00.000Z',
  }),
  isImported: z.boolean().exactOptional(),
  // Not `z.record`, which leaves out a member named `__proto__`.
  metadata: z
    .unknown()
    .refine((value) => typeof value === 'object' && value !== null && !Array.isArray(value), 'an object'),
  fingerprint: text.exactOptional(),
  condition: z
    .strictObject({ query: storedQueryBody, after: wholeNumber.min(0).transform(position) })
    .exactOptional(),
  events: z
    .array(
      z.strictObject({
        type: text.min(1, 'at least 1 character'),
        revision: wholeNumber.min(1, 'at least 1'),
        tags,
        data: z.unknown(),
      }),
    )
    .min(1, 'at least one event')
    .max(MAX_COMMIT_EVENTS, `at most ${MAX_COMMIT_EVENTS} events`)
    .refine(
      (events) => events.reduce((count, event) => count + event.tags.length, 0) <= MAX_COMMIT_TAGS,
      `at most ${MAX_COMMIT_TAGS} tags together`,
    ),
});

/** Without a line feed. Whether the id is new is not said: whoever asks again after a lost answer cannot know it. */
export function newCommitLine({
  id,
  time,
  isImported,
  metadata,
  fingerprint,
  condition,
  events,
}: NewCommit): string {
  return JSON.stringify({
    id,
    time,
    ...(isImported === true && { isImported }),
    metadata,
    fingerprint,
    condition,
    events: events.map(({ type, revision, tags: named, data }) => ({ type, revision, tags: named, data })),
  });
}

/**
 * @param nth of the line, from 0: pointers of faults begin with it
 * @throws InvalidBody that names every field at fault
 */
export function readNewCommitLine(line: string, nth: number): NewCommit {
  const value = parsedLine(line, nth);
  const inexact = findInexact(value);
  if (inexact !== undefined)
    throw new InvalidBody([{ detail: inexact.number.detail, pointer: pointer([nth, ...inexact.path]) }]);
  const parsed = newCommitBody.safeParse(value);
  if (!parsed.success) throw new InvalidBody(faultsOf(parsed.error, [nth]));
  const { metadata, events, ...rest } = parsed.data;
  return {
    ...rest,
    metadata: frozen(metadata, [nth, 'metadata']) as Metadata,
    events: events.map((event, index) => ({
      ...event,
      data: frozen(event.data, [nth, 'events', index, 'data']),
    })),
  };
}

function parsedLine(line: string, nth: number): unknown {
  try {
    return parseExactJson(line);
  } catch (error) {
    const detail = `Line ${nth + 1} is not JSON: ${(error as Error).message}.`;
    throw new InvalidBody([{ detail, pointer: pointer([nth]) }]);
  }
}

function frozen(value: unknown, path: readonly PropertyKey[]): Json {
  const result = freezeJson(value);
  if (!isFault(result)) return result.value;
  const fault: Fault = { ...result, pointer: pointer(path) + (result.pointer?.slice(1) ?? '') };
  throw new InvalidBody([fault]);
}

/** What becomes of one commit: recorded, or refused with a problem document (RFC 9457). */
export const appendAnswer = z.union([
  z.object({
    commit: z.object({
      id: z.string().transform(commitId),
      first: z.int().min(1).transform(position),
      last: z.int().min(1).transform(position),
      time: z.string(),
      repeated: z.boolean(),
      fingerprint: z.string().exactOptional(),
    }),
  }),
  z.object({ problem: z.looseObject({ type: z.string() }) }),
]);

export type AppendAnswer = z.output<typeof appendAnswer>;
