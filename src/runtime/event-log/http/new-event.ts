/** What an event's type and tags must be, however it is sent. */
import { z } from 'zod';

export const eventName = z
  .string()
  .min(1, 'at least 1 character')
  .max(255, 'at most 255 characters')
  .refine((text) => text.isWellFormed(), 'well-formed Unicode');

export const eventTags = z.array(eventName).max(100, 'at most 100 tags');
