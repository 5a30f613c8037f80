/** What a WebSocket at `/inspect` is bounded by. */
import type { IncomingMessage } from 'node:http';

export interface InspectOptions {
  /** Connections at a time. An upgrade beyond them is refused with `503`. Default: 10. */
  readonly connections?: number;
  /** As `admit` of `push`: asked about every upgrade before `access` is. What it throws is the answer. */
  readonly admit?: (request: IncomingMessage) => void | Promise<void>;
}

export const MAX_INSPECTORS = 10;
