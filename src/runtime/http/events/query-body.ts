/** What types, tags and queries must be, however they are sent. A query is items, each any of these types and all of these tags (dcb.events). */
import { z } from 'zod';
import { position, tag, type Position, type Query } from '../../event-log/event.js';

/** The longest type or tag, in characters. */
export const MAX_NAME_LENGTH = 255;
export const MAX_TAGS = 100;

export const eventName = z
  .string()
  .min(1, 'at least 1 character')
  .max(MAX_NAME_LENGTH, `at most ${MAX_NAME_LENGTH} characters`)
  .refine((text) => text.isWellFormed(), 'well-formed Unicode');

export const eventTags = z.array(eventName).max(MAX_TAGS, `at most ${MAX_TAGS} tags`);

/** Each item is looked up by itself, so their number is bounded; no decision has been seen to need more. */
export const MAX_ITEMS = 1000;
export const MAX_TYPES = 100;

const item = z
  .strictObject({
    types: z
      .array(eventName)
      .min(1, 'at least one type; without types it means any')
      .max(MAX_TYPES, `at most ${MAX_TYPES} types`)
      .exactOptional(),
    tags: eventTags
      .min(1, 'at least one tag; without tags it means events with any tags and none')
      .transform((tags) => tags.map(tag))
      .exactOptional(),
  })
  .meta({
    title: 'QueryItem',
    description: 'Any of these types (left out: any), and all of these tags (left out: whatever they are)',
  });

export const queryBody: z.ZodType<Query> = z
  .array(item, 'an array of items, as in [{"types": […], "tags": […]}]')
  .min(1, 'at least one item; [{}] means every event')
  .max(MAX_ITEMS, `at most ${MAX_ITEMS} items`)
  .meta({
    title: 'Query',
    description: 'Events that match any item; [{}] matches every event',
    example: [{ types: ['order.placed'] }, { tags: ['order:7'] }],
  });

/** A position, or 0 for what is before the first. */
export const positionBody: z.ZodType<Position, number> = z
  .int('a position is an integer from 0 on')
  .min(0, 'a position is an integer from 0 on')
  .transform(position);
