/** The export format `cloudevents`: CloudEvents 1.0, one JSON object a line, with extension attributes. */
import { z } from 'zod';
import { position, type Json, type Metadata } from '../../runtime/event-log/event.js';
import { splitTags, toCloudEvent } from '../../runtime/http/events/cloud-event.js';
import { InvalidLine, eventFields, parseFields, recordable, type EventFormat } from './event-line.js';

const line = z.strictObject({
  specversion: z.literal('1.0', 'This reads CloudEvents 1.0.'),
  id: z.string(),
  source: z.string(),
  type: eventFields.type,
  time: eventFields.time,
  datacontenttype: z.literal('application/json', 'only JSON can be recorded').optional(),
  data: eventFields.data,
  revision: eventFields.revision,
  commit: eventFields.commit,
  tags: z.string().transform(splitTags).pipe(eventFields.tags).optional(),
  correlationid: z.string().optional(),
  causationid: z.string().optional(),
  metadata: z.string().optional(),
  fingerprint: eventFields.fingerprint.optional(),
  commitevents: eventFields.size.optional(),
});

type Line = z.output<typeof line>;

export const cloudEvents: EventFormat = {
  write(event, { fingerprint, size }) {
    // The standard allows no object as an attribute, so all metadata are one attribute of JSON text.
    const metadata = JSON.stringify(event.metadata);
    return JSON.stringify({
      ...toCloudEvent(event),
      ...(metadata !== '{}' && { metadata }),
      fingerprint,
      ...(size > 1 && { commitevents: size }),
    });
  },

  read(value) {
    const attributes = parseFields(line, value);
    const { id, type, revision, tags = [], data, time, commit, fingerprint, commitevents } = attributes;
    return {
      event: { type, revision, tags, data: recordable<Json>(data, 'data') },
      time,
      commit,
      metadata: metadataOf(attributes),
      ...(/^[1-9]\d{0,14}$/.test(id) && { position: position(Number(id)) }),
      ...(fingerprint !== undefined && { fingerprint }),
      ...(commitevents !== undefined && { size: commitevents }),
    };
  },
};

/** From the `metadata` attribute of an export, or from the two attributes that `GET /events` has instead. */
function metadataOf({ metadata, correlationid, causationid }: Line): Metadata {
  if (metadata !== undefined) return recordable(parseMetadata(metadata), 'metadata');
  return {
    ...(correlationid !== undefined && { correlationId: correlationid }),
    ...(causationid !== undefined && { causationId: causationid }),
  };
}

function parseMetadata(text: string): Metadata {
  try {
    return parseFields(eventFields.metadata, JSON.parse(text));
  } catch {
    throw new InvalidLine('#/metadata: an object, as JSON text');
  }
}
