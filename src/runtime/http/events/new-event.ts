/** What an event's type and tags must be, however it is sent. */
import { z } from 'zod';

/** The longest type or tag, in characters. */
export const MAX_NAME_LENGTH = 255;
export const MAX_TAGS = 100;

export const eventName = z
  .string()
  .min(1, 'at least 1 character')
  .max(MAX_NAME_LENGTH, `at most ${MAX_NAME_LENGTH} characters`)
  .refine((text) => text.isWellFormed(), 'well-formed Unicode');

export const eventTags = z.array(eventName).max(MAX_TAGS, `at most ${MAX_TAGS} tags`);
