/** The export format `ndjson`: an event as `GET /events` has it, plus the fields that its commit needs. */
import { z } from 'zod';
import { exportLine } from '../../runtime/event-log/commits/export-line.js';
import type { Json } from '../../runtime/event-log/event.js';
import { eventFields, parseFields, recordable, type EventFormat } from './event-line.js';

const line = z.strictObject({
  position: eventFields.position.optional(),
  type: eventFields.type,
  revision: eventFields.revision,
  tags: eventFields.tags,
  data: eventFields.data,
  time: eventFields.time,
  commit: eventFields.commit,
  metadata: eventFields.metadata,
  fingerprint: eventFields.fingerprint.optional(),
  commitEvents: eventFields.size.optional(),
});

export const ndjson: EventFormat = {
  write: exportLine,

  read(value) {
    const { position, type, revision, tags, data, time, commit, metadata, fingerprint, commitEvents } =
      parseFields(line, value);
    return {
      event: { type, revision, tags, data: recordable<Json>(data, 'data') },
      time,
      commit,
      metadata: recordable(metadata, 'metadata'),
      ...(position !== undefined && { position }),
      ...(fingerprint !== undefined && { fingerprint }),
      ...(commitEvents !== undefined && { size: commitEvents }),
    };
  },
};
