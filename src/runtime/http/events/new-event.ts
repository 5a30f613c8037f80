/** What an event's type and tags must be, however it is sent. */
import { z } from 'zod';

/** The longest type or tag, in characters. */
export const LONGEST_NAME = 255;
export const MOST_TAGS = 100;

export const eventName = z
  .string()
  .min(1, 'at least 1 character')
  .max(LONGEST_NAME, `at most ${LONGEST_NAME} characters`)
  .refine((text) => text.isWellFormed(), 'well-formed Unicode');

export const eventTags = z.array(eventName).max(MOST_TAGS, `at most ${MOST_TAGS} tags`);
