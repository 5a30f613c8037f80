/** The log is read a page at a time. */
import type { Position, RecordedEvent } from './event.js';

/** At most so many events are handed out at a time, so that reading a long log takes little memory. */
export const PAGE_SIZE = 1000;

/** Some events, and how far that goes: forwards, everything that is meant up to there is in this page or before it. */
export interface Page {
  readonly events: readonly RecordedEvent[];
  readonly through: Position;
}
