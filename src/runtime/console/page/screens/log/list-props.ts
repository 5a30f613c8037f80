/** What both lists are given: that of all events, and that of those that fit a filter. */
import type { Route } from '../../routes.js';

export interface ListProps {
  readonly route: Route;
  /** The position of the last event of the log. */
  readonly head: number;
  readonly isPaused: boolean;
  readonly opened?: number | undefined;
  /** Told whether the newest events are looked at. */
  readonly onTop: (isAtTop: boolean) => void;
}
