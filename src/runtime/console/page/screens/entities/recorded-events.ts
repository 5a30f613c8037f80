/** The events that a command has recorded. */
import type { ClientEvent } from '../../../../client/index.js';
import { ask } from '../../server.js';

/** Of a commit with more, only the last ones are shown. */
const MAX_SHOWN = 20;

/** @param last the position that the command was answered with @returns oldest first; none where the events are not to be read */
export async function eventsOfCommit(last: number): Promise<readonly ClientEvent[]> {
  try {
    const { events } = await ask<{ readonly events: readonly ClientEvent[] }>('/events/query', {
      method: 'POST',
      body: { query: [{}], before: last + 1, limit: MAX_SHOWN, backwards: true },
    });
    const commit = events.find(({ position }) => position === last)?.commit;
    return events.filter((event) => event.commit === commit).toReversed();
  } catch {
    return []; // the position alone is shown
  }
}
