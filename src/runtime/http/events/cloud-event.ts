/** Events as CloudEvents 1.0 (https://github.com/cloudevents/spec), for those who integrate by that standard. */
import { z } from 'zod';
import { isJsonType } from '../kernel/bodies.js';
import { eventName, eventTags } from './query-body.js';
import type { Json, RecordedEvent } from '../../event-log/event.js';

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
  readonly principal?: string;
}

export function toCloudEvent(event: RecordedEvent): CloudEvent {
  const { correlationId, causationId, principal } = event.metadata;
  return {
    specversion: '1.0',
    id: event.part === undefined ? String(event.position) : `${event.position}.${event.part}`,
    source: '/events',
    type: event.type,
    time: event.time,
    datacontenttype: 'application/json',
    data: event.data,
    revision: event.revision,
    commit: event.commit,
    ...(event.tags.length > 0 && { tags: joinTags(event.tags) }),
    ...(typeof correlationId === 'string' && { correlationid: correlationId }),
    ...(typeof causationId === 'string' && { causationid: causationId }),
    ...(typeof principal === 'string' && { principal }),
  };
}

/** An attribute's value is no list, so tags are joined by commas; a comma in a tag, and the sign that says so, are escaped. */
export function joinTags(tags: readonly string[]): string {
  return tags.map((tag) => tag.replaceAll('%', '%25').replaceAll(',', '%2C')).join(',');
}

export function splitTags(joined: string): string[] {
  return joined.split(',').map((tag) => tag.replaceAll('%2C', ',').replaceAll('%25', '%'));
}

function asTags(joined: string, refine: z.RefinementCtx): string[] {
  const tags = splitTags(joined);
  const { error } = eventTags.safeParse(tags);
  for (const { message } of error?.issues ?? [])
    refine.addIssue({ code: 'custom', message: `tags between commas: ${message}` });
  return tags;
}

const attributes = {
  specversion: z.literal('1.0'),
  id: z.string(),
  source: z.string(),
  type: z.string(),
  datacontenttype: z.literal('application/json'),
  data: z.unknown(),
  tags: z.string().describe('Separated by commas; a comma in a tag is %2C, a percent sign %25').optional(),
};

/** A recorded event, for the documentation. */
export const apiCloudEvent = z
  .object({
    ...attributes,
    id: z.string().meta({ description: 'The position', example: '7' }),
    source: z.literal('/events'),
    time: z.string().meta({ format: 'date-time' }),
    revision: z.int().min(1),
    commit: z.string(),
    correlationid: z.string().optional(),
    causationid: z.string().optional(),
  })
  .meta({ title: 'CloudEvent' });

/** An event to be recorded, for the documentation: `incomingCloudEvent` reads it. */
export const apiNewCloudEvent = z
  .looseObject({
    ...attributes,
    id: attributes.id.describe('Not read: the log gives the event a position').optional(),
    source: attributes.source.describe('Not read').optional(),
    datacontenttype: z.string().describe('JSON, under any of its names').optional(),
  })
  .meta({
    title: 'NewCloudEvent',
    example: { specversion: '1.0', id: '1', source: '/shop', type: 'order.placed', data: { amount: 5 } },
  });

/** What is read of a CloudEvent that is to be recorded; its id, time and source are given anew by this log. */
export const incomingCloudEvent = z
  .object({
    specversion: z.literal('1.0', 'This reads CloudEvents 1.0.'),
    type: eventName,
    datacontenttype: z
      .string('a media type')
      .refine(isJsonType, 'data is taken as JSON only: send application/json, or leave it out')
      .optional(),
    data: z.unknown(),
    data_base64: z.undefined('binary data is not taken: send JSON as data, and not data_base64').optional(),
    tags: z.string().transform(asTags).optional(),
  })
  .transform(({ type, data, tags }) => ({ type, data, ...(tags !== undefined && { tags }) }));
