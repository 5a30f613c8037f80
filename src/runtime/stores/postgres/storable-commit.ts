/** A commit as PostgreSQL can keep it: its JSON as text, and nothing in it that would come back as something else. */
import { InvalidValue } from '../../event-log/errors.js';
import type { Json, NewCommit } from '../../event-log/event.js';

export interface StorableCommit {
  /** The commit as it will be read, which is what is sealed. */
  readonly asked: NewCommit;
  readonly metadata: string;
  /** The data of each event. */
  readonly data: readonly string[];
  /** Roughly what it takes to send, and to hold when it is read. */
  readonly bytes: number;
}

/** What an event takes besides its data. */
const EVENT_BYTES = 100;

/** @throws InvalidValue; TypeError when something in it is not JSON */
export function storable(commit: NewCommit): StorableCommit {
  requireText('commit id', commit.id);
  if (commit.fingerprint !== undefined) requireText('fingerprint', commit.fingerprint);
  requireTime(commit.time);
  for (const { type, tags } of commit.events) {
    requireText('type', type);
    for (const tag of tags) requireText('tag', tag);
  }
  const metadata = JSON.stringify(commit.metadata);
  const data: string[] = [];
  const events: NewCommit['events'][number][] = [];
  let bytes = metadata.length;
  for (const event of commit.events) {
    const text = JSON.stringify(event.data);
    data.push(text);
    events.push({ ...event, data: JSON.parse(text) as Json });
    bytes += text.length + EVENT_BYTES;
  }
  return { asked: { ...commit, events }, metadata, data, bytes };
}

/** Whether PostgreSQL's type `text` can hold it. */
export function isText(value: string): boolean {
  return value.isWellFormed() && !value.includes('\0');
}

function requireText(what: string, value: string): void {
  if (!isText(value)) throw new InvalidValue(`A ${what} is well-formed Unicode without a NUL character.`);
}

/** Many commits have the time of the one before, and to look at it takes a while. */
let lastGoodTime = '';

/** Kept as a time and not as text, so there is one way to write it. */
function requireTime(time: string): void {
  if (time === lastGoodTime) return;
  if (
    !/^(?!0000)\d{4}-/.test(time) ||
    Number.isNaN(Date.parse(time)) ||
    new Date(time).toISOString() !== time
  ) {
    throw new InvalidValue('A time is in UTC with milliseconds, as in 2026-01-31T12:00:00.000Z (RFC 3339).');
  }
  lastGoodTime = time;
}
