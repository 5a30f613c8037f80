/** Times as clients write them: RFC 3339, section 5.6. */
import { z } from 'zod';

const WITH_SECONDS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;
const time = z.iso.datetime({ offset: true });

/** Milliseconds since 1970; undefined unless it is a time with its zone. */
export function parseTime(text: string): number | undefined {
  const written = text.toUpperCase();
  return WITH_SECONDS.test(written) && time.safeParse(written).success ? Date.parse(written) : undefined;
}

/** As `parseTime`, of a text from a URL: a plus sign that was not encoded has become a space; nothing else could stand there. */
export function parseTimeInUrl(text: string): number | undefined {
  return parseTime(text.replace(/ (?=\d\d:\d\d$)/, '+'));
}
