/** Reads a whole log at once, which only a test may do. */
import type { EventLog } from '../../src/runtime/event-log/event-log.js';
import type { RecordedEvent } from '../../src/runtime/event-log/event.js';

export async function allEvents(log: EventLog): Promise<readonly RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const page of log.read()) events.push(...page);
  return events;
}
