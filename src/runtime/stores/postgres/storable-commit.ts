/** A commit as PostgreSQL can keep it: its JSON as text, and no value that would be read back as another one. */
import { InvalidValue } from '../../event-log/errors.js';
import type { Json, NewCommit } from '../../event-log/event.js';

/** Its events are as they will be read, since that is what is hashed. */
export interface StorableCommit extends NewCommit {
  readonly metadataJson: string;
  /** The data of each event. */
  readonly dataJson: readonly string[];
  /** Roughly what it takes to send it, and in memory when it is read. */
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
  const metadataJson = JSON.stringify(commit.metadata);
  const dataJson: string[] = [];
  const events: NewCommit['events'][number][] = [];
  let bytes = metadataJson.length;
  for (const event of commit.events) {
    const text = JSON.stringify(event.data);
    dataJson.push(text);
    events.push({ ...event, data: JSON.parse(text) as Json });
    bytes += text.length + EVENT_BYTES;
  }
  return { ...commit, events, metadataJson, dataJson, bytes };
}

/** Whether PostgreSQL's type `text` can hold it. */
export function isText(value: string): boolean {
  return value.isWellFormed() && !value.includes('\0');
}

function requireText(what: string, value: string): void {
  if (!isText(value)) throw new InvalidValue(`A ${what} is well-formed Unicode without a NUL character.`);
}

/** Many commits have the time of the one before, and parsing takes a while. */
let lastGoodTime = '';

/** The column is a time and not a text, so only one way to write it can be read back as it was. */
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
