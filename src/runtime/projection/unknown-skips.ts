/** Skips in the log that name a projection which this process does not run. */
import type { EventLog } from '../event-log/event-log.js';
import { eventSkipped, skipTypes } from './skipping.js';

/** Of names that one sentence lists. */
const MAX_NAMES = 20;

/**
 * One sentence for each unknown name, however many skips name it.
 *
 * @param isEnding ends the search early; what was found until then is returned
 */
export async function unknownSkips(
  log: Pick<EventLog, 'read'>,
  known: readonly string[],
  isEnding: () => boolean = () => false,
): Promise<readonly string[]> {
  const unknown = new Map<string, { readonly first: number; count: number }>();
  for await (const page of log.read([{ types: skipTypes }])) {
    if (isEnding()) break;
    for (const { data } of page) {
      const skip = eventSkipped.schema.safeParse(data);
      if (!skip.success || known.includes(skip.data.projection)) continue;
      const { projection, position } = skip.data;
      const before = unknown.get(projection);
      if (before === undefined) unknown.set(projection, { first: position, count: 1 });
      else before.count += 1;
    }
  }
  return [...unknown].map(([name, { first, count }]) => {
    const what =
      count === 1
        ? `The log has a skip of the event at position ${first}`
        : `The log has ${count} skips, the first of the event at position ${first},`;
    return `${what} for the projection ${name}, which does not run in this process; here it changes nothing. ${describeKnown(known)}`;
  });
}

function describeKnown(known: readonly string[]): string {
  if (known.length === 0) return 'No projection runs here.';
  const left = known.length - MAX_NAMES;
  return `Those that run here: ${known.slice(0, MAX_NAMES).join(', ')}${left > 0 ? `, and ${left} more` : ''}.`;
}
