/** What a worker and the process that started it tell each other. */
import type { Position } from '../../event-log/event.js';
import type { JobResults, JobRequest } from './run-job.js';

/** What a worker begins with: the first message to it. */
export interface WorkerRequest {
  /** URL of the module whose default export makes the workshop. */
  readonly workshop: string;
  readonly options: unknown;
  readonly projection: string;
  readonly task: JobRequest;
  readonly target: Position;
  /** The log's identity, and the fingerprint of what the other process folds with. */
  readonly log: string;
  readonly machine: string;
}

export type FromWorker =
  /** Everything is loaded and opened. */
  | { readonly kind: 'begun' }
  | { readonly kind: 'at'; readonly position: Position }
  | { readonly kind: 'done'; readonly result: JobResults[JobRequest['kind']] }
  | { readonly kind: 'failed'; readonly message: string };

/** The log has come so far meanwhile. */
export interface ToWorker {
  readonly target: Position;
}
