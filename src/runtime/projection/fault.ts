/** Why a projection stopped, made from what was thrown. */
import { EventUnreadable, LogDamaged } from '../event-log/errors.js';
import { position, type Position, type RecordedEvent } from '../event-log/event.js';
import { errorText } from './error-text.js';
import { FoldFailed } from './folding.js';

export interface ProjectionFault {
  /** Of the event that failed, or of the event that cannot be read; otherwise the next position to fold. */
  readonly position: Position;
  /** What was thrown, unchanged. */
  readonly error: unknown;
  /** The same as text, at most 1,000 characters. */
  readonly message: string;
  readonly since: Date;
  /** The event that could not be folded; absent when the fault was not in folding an event. */
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
  const hasPosition = error instanceof EventUnreadable || error instanceof LogDamaged;
  const at = hasPosition && error.position > folded ? error.position : folded + 1;
  return { position: position(at), error, message: errorText(error), since };
}

/** For example `sum stopped at position 17: it cannot fold the number.recorded there (RangeError: …)`. */
export function describeProjectionFault(
  projection: string,
  { position: at, event, message }: ProjectionFault,
): string {
  const what =
    event === undefined
      ? `it cannot go on reading the log (${message})`
      : `it cannot fold the ${event.type} there (${message})`;
  return `${projection} stopped ${event === undefined ? 'before' : 'at'} position ${at}: ${what}`;
}
