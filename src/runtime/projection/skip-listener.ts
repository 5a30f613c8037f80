/** Resumes a projection once the event at which it stopped is skipped: the skip may be recorded by another process. */
import type { EventLog } from '../event-log/event-log.js';
import type { ProjectionFault } from './fault.js';
import { skippedIn, skipsOf } from './skipping.js';

/** @returns what ends the listening */
export function listenForSkip(
  projection: { readonly name: string; resume(): Promise<void> },
  { position }: ProjectionFault,
  log: Pick<EventLog, 'followPages'>,
): () => void {
  const { name } = projection;
  const ended = new AbortController();
  const listen = async (): Promise<void> => {
    // A skip is always recorded after the event that it is of.
    for await (const { events } of log.followPages(skipsOf(name), position, ended.signal)) {
      if (skippedIn(events, name).includes(position)) return projection.resume();
    }
  };
  // An error of the log is reported by whatever folds it; the projection can still be resumed by hand.
  listen().catch(() => undefined);
  return () => {
    ended.abort();
  };
}
