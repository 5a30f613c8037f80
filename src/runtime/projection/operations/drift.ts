/** Where what a projection holds, or has kept, parts from what the log folds to. */
import type { Position } from '../../event-log/event.js';

/** Up to `after` everything agrees; at `upTo` it does not: between the two it began. */
export interface Drift {
  readonly after: Position;
  readonly upTo: Position;
  /** What was found to be different at `upTo`. */
  readonly of: 'snapshot' | 'live state';
}
