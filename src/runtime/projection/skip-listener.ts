/** A projection that has stopped does not follow the log; somebody must listen for it until it goes on. */
import { START } from '../event-log/event.js';
import type { EventLog } from '../event-log/event-log.js';
import type { ProjectionFault } from './fault.js';
import { eventSkipped, skipIn, tagOf } from './skipping.js';

/**
 * Has it go on once the event at which it stopped is to be skipped, whoever recorded that: the same projection may have stopped in
 * several processes, and only one of them was told.
 *
 * @returns what ends the listening
 */
export function listenForSkip(
  projection: { readonly name: string; resume(): Promise<void> },
  fault: ProjectionFault,
  log: Pick<EventLog, 'follow'>,
): () => void {
  const { name } = projection;
  const skips = log.follow([{ types: [eventSkipped.type], tags: [tagOf(name)] }], START);
  const subscription = skips.subscribe({
    next: (events) => {
      if (!events.some((event) => skipIn(event, name) === fault.position)) return;
      subscription.unsubscribe();
      void projection.resume();
    },
    error: () => undefined, // a log that cannot be read is told of elsewhere, and it can still be resumed by hand
  });
  return () => {
    subscription.unsubscribe();
  };
}
