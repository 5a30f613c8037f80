/** An event as a line of an export: as `GET /events` has it, and what its commit needs beside. */
import type { RecordedCommit, StoredEvent } from '../event.js';

/** What a line says about the commit, beside the event. */
export interface ExportedCommit {
  readonly fingerprint?: string;
  /** How many of its events are exported. */
  readonly size: number;
}

/** Without a line feed. */
export function exportLine(event: StoredEvent, { fingerprint, size }: ExportedCommit): string {
  const { position, type, revision, tags, data, time, commit, metadata } = event;
  return JSON.stringify({
    position,
    type,
    revision,
    tags,
    data,
    time,
    commit,
    metadata,
    fingerprint,
    ...(size > 1 && { commitEvents: size }),
  });
}

/** The lines of a whole commit, each with its line feed. */
export function exportLines({ events, fingerprint }: RecordedCommit): string {
  const about = { size: events.length, ...(fingerprint !== undefined && { fingerprint }) };
  return events.map((event) => `${exportLine(event, about)}\n`).join('');
}
