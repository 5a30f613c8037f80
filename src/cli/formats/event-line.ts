/** What the export formats have in common: one event a line, with what is needed to rebuild its commit. */
import { z, type ZodType } from 'zod';
import { faultsOf } from '../../runtime/http/kernel/json-faults.js';
import { pointer } from '../../runtime/http/kernel/problem.js';
import { freezeJson, isFault } from '../../runtime/event-log/frozen-json.js';
import type { CommitId, Json, Metadata, Position, StoredEvent, Tag } from '../../runtime/event-log/event.js';

/** What a line says about the commit, besides the event. */
export interface CommitInfo {
  /** See `NewCommit`. */
  readonly fingerprint?: string;
  /** How many events of the commit are exported: at least 1, and fewer than it has when only some are selected. */
  readonly size: number;
}

/** A parsed line. */
export interface EventLine {
  /** Its position in the log that was exported. */
  readonly position?: Position;
  readonly event: Pick<StoredEvent, 'type' | 'revision' | 'tags' | 'data'>;
  readonly commit: CommitId;
  readonly time: string;
  readonly metadata: Metadata;
  readonly fingerprint?: string;
  readonly size?: number;
}

/** One of the export formats. */
export interface EventFormat {
  /** @returns the line for an event, without a line feed */
  write(event: StoredEvent, info: CommitInfo): string;
  /**
   * @param value the parsed JSON of a line
   * @throws InvalidLine that names the field
   */
  read(value: unknown): EventLine;
}

/** A line is not a valid event of its format. The message names the field. */
export class InvalidLine extends Error {
  override readonly name = 'InvalidLine';
}

const text = z.string().refine((value) => value.isWellFormed(), 'well-formed Unicode');
const name = text.min(1, 'at least 1 character').max(255, 'at most 255 characters');
const wholeNumber = z.int('a whole number').min(1, 'at least 1');
const json = z.unknown().transform((value) => value as Json);

/** Schemas of the fields that both formats have. They accept everything that the log accepts. */
export const eventFields = {
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

/** @throws InvalidLine */
export function parseFields<Output>(schema: ZodType<Output>, value: unknown): Output {
  const parsed = schema.safeParse(value, {
    error: ({ input }) => (input === undefined ? 'is missing' : undefined),
  });
  if (parsed.success) return parsed.data;
  const [fault] = faultsOf(parsed.error);
  throw new InvalidLine(`${fault?.pointer ?? '#'}: ${fault?.detail ?? 'is wrong'}`);
}

/**
 * @returns data or metadata, frozen as the log records them
 * @throws InvalidLine when the value cannot be recorded
 */
export function recordable<Value extends Json>(value: Value, field: string): Value {
  const frozen = freezeJson(value);
  if (!isFault(frozen)) return frozen.value as Value;
  throw new InvalidLine(`${pointer([field])}${frozen.pointer?.slice(1) ?? ''}: ${frozen.detail}`);
}
