/** Events as CloudEvents 1.0 (https://github.com/cloudevents/spec), for those who integrate by that standard. */
import { z } from 'zod';
import type { Json, RecordedEvent } from '../event.js';

/** One event, and several (the batched content mode of the JSON format). */
export const CLOUD_EVENT_TYPE = 'application/cloudevents+json';
export const CLOUD_EVENTS_TYPE = 'application/cloudevents-batch+json';

export interface CloudEvent {
  readonly specversion: '1.0';
  /** The position: unique within the source, as the specification wants. */
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly data: Json;
  /** Extension attributes: names of CloudEvents have lower case letters and digits only. */
  readonly revision: number;
  readonly commit: string;
  readonly tags?: string;
  readonly correlationid?: string;
  readonly causationid?: string;
}

export function toCloudEvent(event: RecordedEvent): CloudEvent {
  const { correlationId, causationId } = event.metadata;
  return {
    specversion: '1.0',
    id: String(event.position),
    source: '/events',
    type: event.type,
    time: event.time,
    datacontenttype: 'application/json',
    data: event.data,
    revision: event.revision,
    commit: event.commit,
    // An attribute's value is no list; tags are joined as in a header.
    ...(event.tags.length > 0 && { tags: event.tags.join(',') }),
    ...(typeof correlationId === 'string' && { correlationid: correlationId }),
    ...(typeof causationId === 'string' && { causationid: causationId }),
  };
}

/** What is read of a CloudEvent that is to be recorded; its id, time and source are given anew by this log. */
export const incomingCloudEvent = z
  .object({
    specversion: z.literal('1.0', 'This reads CloudEvents 1.0.'),
    type: z.string(),
    data: z.unknown(),
    tags: z.string().optional(),
  })
  .transform(({ type, data, tags }) => ({
    type,
    data,
    ...(tags !== undefined && { tags: tags.split(',') }),
  }));
