/** What a worker process and its parent exchange: messages, and the worker's position in a shared file. */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Position } from '../../event-log/event.js';
import type { JobRequest, JobResults } from './run-job.js';

/** The first message to a worker. */
export interface WorkerRequest {
  /** URL of the module whose default export creates the `WorkerBootstrap`. */
  readonly bootstrap: string;
  readonly options: unknown;
  readonly projection: string;
  readonly request: JobRequest;
  readonly target: Position;
  /** The identity of the parent's log. */
  readonly log: string;
  /** The fingerprint of what the parent folds with. */
  readonly machine: string;
}

/** Every later message to a worker: how far the log has come. */
export interface MessageToWorker {
  readonly target: Position;
}

export type MessageFromWorker =
  /** Everything is loaded and opened. */
  | { readonly kind: 'begun' }
  | { readonly kind: 'at'; readonly position: Position }
  | { readonly kind: 'done'; readonly result: JobResults[JobRequest['kind']] }
  | { readonly kind: 'failed'; readonly message: string };

/** The worker's file descriptor: after stdin, stdout, stderr and the message channel. */
const WORKER_DESCRIPTOR = 4;

/**
 * How far the worker has folded, and signs that it goes on, still readable after it has died without a message. The bytes of an unlinked file: they stay in the page
 * cache, and a write costs a microsecond.
 */
export class SharedPosition {
  readonly #bytes = new Float64Array(2);

  private constructor(readonly descriptor: number) {}

  static create(): SharedPosition {
    const folder = mkdtempSync(join(tmpdir(), 'leftfold-'));
    try {
      return new SharedPosition(openSync(join(folder, 'position'), 'w+'));
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  static inWorker(): SharedPosition {
    return new SharedPosition(WORKER_DESCRIPTOR);
  }

  /** 0 until one was written. */
  get value(): number {
    return this.#read(0);
  }

  set value(position: number) {
    this.#bytes[0] = position;
    this.#write();
  }

  /** How many signs of life the worker has given. */
  get signs(): number {
    return this.#read(1);
  }

  /** One more of them, also while nothing else of this thread gets its turn. */
  giveSign(): void {
    this.#bytes[1] = (this.#bytes[1] ?? 0) + 1;
    this.#write();
  }

  #read(member: 0 | 1): number {
    const length = readSync(this.descriptor, this.#bytes, 0, this.#bytes.byteLength, 0);
    return length === this.#bytes.byteLength ? (this.#bytes[member] ?? 0) : 0;
  }

  #write(): void {
    writeSync(this.descriptor, this.#bytes, 0, this.#bytes.byteLength, 0);
  }

  close(): void {
    closeSync(this.descriptor);
  }
}
