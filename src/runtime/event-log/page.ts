/** The log is read a page at a time. */
import type { Position, RecordedEvent } from './event.js';

/** At most so many events are in a page, so that reading a long log takes little memory. */
export const PAGE_SIZE = 1000;

/** Some events, and how far the page goes: all that match up to `through` are in this page or an earlier one. */
export interface Page {
  readonly events: readonly RecordedEvent[];
  readonly through: Position;
}
