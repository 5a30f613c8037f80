/** An event on a line of its own, and what is needed beside it to rebuild the commit that it came with. */
import { z, type ZodType } from 'zod';
import { faultsOf } from '../../runtime/http/kernel/json-faults.js';
import { pointer } from '../../runtime/http/kernel/problem.js';
import { freezeJson, isFault } from '../../runtime/event-log/frozen-json.js';
import type { CommitId, Json, Metadata, Position, StoredEvent, Tag } from '../../runtime/event-log/event.js';

/** What a line says of the commit, beside the event. */
export interface CommitInfo {
  /** What the commit id stands for, where the commit has one: see `NewCommit`. */
  readonly fingerprint?: string;
  /** How many events of the commit are exported: fewer than it has when they were selected, and at least 1. */
  readonly size: number;
}

/** What is read from a line. */
export interface EventLine {
  /** Where it stood in the log that it comes from. */
  readonly position?: Position;
  readonly event: Pick<StoredEvent, 'type' | 'revision' | 'tags' | 'data'>;
  readonly commit: CommitId;
  readonly time: string;
  readonly metadata: Metadata;
  readonly fingerprint?: string;
  readonly size?: number;
}

/** One way to write events down. */
export interface EventFormat {
  /** The line for an event, without its end. */
  write(event: StoredEvent, note: CommitInfo): string;
  /** @throws LineFault that names the field */
  read(value: unknown): EventLine;
}

/** A line does not say what a line must; the message names the field. */
export class InvalidLine extends Error {
  override readonly name = 'LineFault';
}

const text = z.string().refine((value) => value.isWellFormed(), 'well-formed Unicode');
const name = text.min(1, 'at least 1 character').max(255, 'at most 255 characters');
const wholeNumber = z.int('a whole number').min(1, 'at least 1');
const json = z.unknown().transform((value) => value as Json);

/** The fields that both formats have. No tag, number or text is refused here that the log itself takes. */
export const fields = {
  type: name,
  revision: wholeNumber,
  tags: z.array(name.transform((value) => value as Tag)),
  data: json,
  time: z.iso.datetime({
    precision: 3,
    error: 'a time in UTC with milliseconds, as in 2026-01-31T12:00:00.000Z',
  }),
  commit: name.transform((value) => value as CommitId),
  metadata: z.custom<Metadata>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'an object',
  ),
  fingerprint: text,
  position: wholeNumber.transform((value) => value as Position),
  size: wholeNumber,
};

/** @throws LineFault */
export function parseFields<Output>(schema: ZodType<Output>, value: unknown): Output {
  const parsed = schema.safeParse(value, {
    error: ({ input }) => (input === undefined ? 'is missing' : undefined),
  });
  if (parsed.success) return parsed.data;
  const [fault] = faultsOf(parsed.error);
  throw new InvalidLine(`${fault?.pointer ?? '#'}: ${fault?.detail ?? 'is wrong'}`);
}

/** Data or metadata as the log takes them. @throws LineFault where the value is not what can be recorded */
export function recordable<Value extends Json>(value: Value, field: string): Value {
  const frozen = freezeJson(value);
  if (!isFault(frozen)) return frozen.value as Value;
  throw new InvalidLine(`${pointer([field])}${frozen.pointer?.slice(1) ?? ''}: ${frozen.detail}`);
}
