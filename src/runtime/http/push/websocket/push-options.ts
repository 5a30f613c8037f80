/** What a WebSocket at `/push` is bounded by. */
import type { IncomingMessage } from 'node:http';

export interface PushOptions {
  /** Connections at a time. An upgrade beyond them is refused with `503`. Default: 10,000. */
  readonly connections?: number;
  /** Subscriptions of one connection at a time. Default: 100. */
  readonly subscriptions?: number;
  /** Seconds after which a client is pinged again. One that has given no sign for three times as long is closed. Default: 15. */
  readonly pingSeconds?: number;
  /**
   * Asked about every upgrade before `access` is. What it throws is the answer. Where there is neither, whoever passes the check of `Host` and
   * `Origin` may subscribe, and a warning at the start says so; an `admit` that throws nothing says that this is meant.
   */
  readonly admit?: (request: IncomingMessage) => void | Promise<void>;
}

export const MAX_CONNECTIONS = 10_000;
export const MAX_SUBSCRIPTIONS = 100;
export const PING_SECONDS = 15;
