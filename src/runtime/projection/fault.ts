/** Why a projection stopped: made from whatever was thrown, and told in one sentence. */
import { EventUnreadable, LogDamaged } from '../event-log/errors.js';
import { position, type Position, type RecordedEvent } from '../event-log/event.js';
import { errorText } from './error-text.js';
import { FoldFailed } from './folding.js';

export interface ProjectionFault {
  /** Where it stopped: that of the event; else of what cannot be read; else the next one after what is folded. */
  readonly position: Position;
  /** What was thrown, as it was thrown. */
  readonly error: unknown;
  /** The same as text, at most 1,000 characters. */
  readonly message: string;
  readonly since: Date;
  /** The event that could not be folded; absent when it was not the event that was at fault. */
  readonly event?: RecordedEvent;
}

/** @param folded how far the projection has folded */
export function faultOf(error: unknown, folded: Position, since: Date): ProjectionFault {
  if (error instanceof FoldFailed) {
    const { position: at, event, cause } = error;
    return {
      position: at,
      error: cause,
      message: errorText(cause),
      since,
      ...(event !== undefined && { event }),
    };
  }
  const isSomewhere = error instanceof EventUnreadable || error instanceof LogDamaged;
  const at = isSomewhere && error.position > folded ? error.position : folded + 1;
  return { position: position(at), error, message: errorText(error), since };
}

/** As in `sum stopped at position 17: it cannot fold the number.recorded there (RangeError: …)`. */
export function describeFault(projection: string, { position: at, event, message }: ProjectionFault): string {
  const what =
    event === undefined
      ? `it cannot go on reading the log (${message})`
      : `it cannot fold the ${event.type} there (${message})`;
  return `${projection} stopped ${event === undefined ? 'before' : 'at'} position ${at}: ${what}`;
}
