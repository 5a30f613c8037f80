/** Folds a page in parts, so that other work gets a turn when events take long, such as multiplications of long numbers. */
import type { Page, RecordedEvent } from '../event-log/event.js';
import type { Folding } from './folding.js';

/** The clock is read after so many events. */
const SLICE_EVENTS = 64;
/** After so long other work gets its turn. */
const MAX_SLICE_MS = 10;

/**
 * Yields whenever other work should have its turn; most pages are folded without. What is at one position is not parted.
 *
 * @throws FoldFailed
 */
export function* foldInSlices<Context>(
  folding: Folding<Context>,
  { events, through }: Page,
  now = (): number => performance.now(),
): Generator<void, void, void> {
  let began = now();
  let start = 0;
  for (let end = endOfSlice(events, start); end < events.length; end = endOfSlice(events, start)) {
    const slice = events.slice(start, end);
    folding.take({ events: slice, through: slice.at(-1)?.position ?? folding.position });
    start = end;
    if (now() - began < MAX_SLICE_MS) continue;
    yield;
    began = now();
  }
  folding.take({ events: start === 0 ? events : events.slice(start), through });
}

function endOfSlice(events: readonly RecordedEvent[], start: number): number {
  let end = start + SLICE_EVENTS;
  while (end < events.length && events[end]?.position === events[end - 1]?.position) end += 1;
  return end;
}
