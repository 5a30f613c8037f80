/** How a subject is named in a URL: by a text of the client's own or a UUID made here, or by the position that created it. */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { position, type Position } from '../event-log/event.js';
import { InvalidParameter, type Problem } from '../http/kernel/problem.js';

/** Of the subjects of one decider. */
export interface SubjectIds<Id> {
  /** `text`: chosen before the subject is created. `position`: that of the event that creates it. */
  readonly kind: 'text' | 'position';
  /** As in OpenAPI 3.0. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** One that `read` gives, for the documentation. */
  readonly example: Id;
  /** What the parameter is called in the documentation. */
  readonly parameter: string;
  /** Reads what a URL or, as a text, the member `id` of a body has. @throws Problem for what can be no id */
  readonly read: (text: string) => Id;
  /** Makes an id that is unique. Without it the client must choose one. Not used for positions. */
  readonly make?: () => Id;
}

/** The longest id as it stands in a URL, percent-encoded: Fastify's limit of a path's parameter. */
export const MAX_ID_LENGTH = 100;

/** Any text without control characters and slashes; UUIDs of version 7 where the client sends none. */
export const TEXT_IDS: SubjectIds<string> = {
  kind: 'text',
  example: 'a',
  parameter: 'id',
  schema: { type: 'string', minLength: 1, maxLength: MAX_ID_LENGTH },
  read: (text) => {
    const fault = textIdFault(text);
    if (fault !== undefined) throw new InvalidParameter('id', fault);
    return text;
  },
  make: uuidV7,
};

/** @param notFound the problem for a text that can be no position: there is no such subject */
export function positionIds(
  notFound: (text: string) => Problem,
  parameter = 'position',
): SubjectIds<Position> {
  return {
    kind: 'position',
    example: position(1),
    parameter,
    schema: { type: 'integer', minimum: 1, description: 'The position of the event that created it' },
    read: (text) => {
      if (!/^[1-9]\d{0,15}$/.test(text) || !Number.isSafeInteger(Number(text)))
        throw notFound(text.slice(0, 40));
      return position(Number(text));
    },
  };
}

/** Why the value can be no id; undefined when it can. */
export function textIdFault(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return 'an id is a text of at least one character';
  if (!value.isWellFormed()) return 'an id is well-formed Unicode';
  if (encodeURIComponent(value).length > MAX_ID_LENGTH)
    return `an id has at most ${MAX_ID_LENGTH} characters, percent-encoded`;
  // A dot or two are resolved by clients before they are sent.
  if (/[\p{Cc}\u2028\u2029/\\]/u.test(value) || /^\.{1,2}$/.test(value))
    return 'an id has no slash, no backslash and no control character, and is not . or ..';
  return undefined;
}

/** The id of a subject in an input that names it, as the two accounts of a transfer: takes what a URL takes, and points to what it does not. */
export const subjectId: z.ZodType<string, string> = z
  .string()
  .superRefine((text, context) => {
    const message = textIdFault(text);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  })
  .meta({ minLength: 1, maxLength: MAX_ID_LENGTH });

let lastMs = 0;
let counter = 0;

/**
 * RFC 9562, section 5.7: milliseconds, then a counter of 12 bits (section 6.2, method 1), so that the ids of one process sort as they were made.
 *
 * @param now in milliseconds
 */
export function uuidV7(now: number = Date.now()): string {
  if (now > lastMs) {
    lastMs = now;
    counter = 0;
  } else {
    counter += 1;
    if (counter > 0xfff) {
      lastMs += 1;
      counter = 0;
    }
  }
  const bytes = randomBytes(16);
  bytes.writeUIntBE(lastMs, 0, 6);
  bytes.writeUInt16BE(0x7000 | counter, 6);
  bytes.writeUInt8(0x80 | ((bytes[8] ?? 0) & 0x3f), 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
