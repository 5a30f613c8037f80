/** A reference to something of another context: its URI, of which the last segment is the id, or the id alone. */
import { z } from 'zod';

export const reference = (name: string): z.ZodType<string, string> =>
  z
    .string({ error: `${name} must be given, by its URI or id.` })
    .regex(/(?:^|\/)[\w-]{1,64}$/, `${name} must be a URI, of which the last segment is the id, or an id.`)
    .transform((uri) => uri.slice(uri.lastIndexOf('/') + 1));
