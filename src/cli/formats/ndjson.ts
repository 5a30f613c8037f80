/** The export format `ndjson`: an event as `GET /events` has it, plus the fields that its commit needs. */
import { z } from 'zod';
import type { Json } from '../../runtime/event-log/event.js';
import { fields, parseFields, recordable, type EventFormat } from './event-line.js';

const line = z.strictObject({
  position: fields.position.optional(),
  type: fields.type,
  revision: fields.revision,
  tags: fields.tags,
  data: fields.data,
  time: fields.time,
  commit: fields.commit,
  metadata: fields.metadata,
  fingerprint: fields.fingerprint.optional(),
  commitEvents: fields.size.optional(),
});

export const ndjson: EventFormat = {
  write(event, { fingerprint, size }) {
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
  },

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
