/** One position that two processes have in common, so that the one knows how far the other was when it can no longer tell. */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** As which descriptor a worker finds it: after the three of every process and the channel for messages. */
const IN_WORKER = 4;

/** The bytes of a file without a name, which stay in memory: writing them costs a microsecond, and nobody is woken by it. */
export class SharedPosition {
  readonly #bytes = new Float64Array(1);

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
    return new SharedPosition(IN_WORKER);
  }

  /** 0 until one was written. */
  get value(): number {
    const length = readSync(this.descriptor, this.#bytes, 0, this.#bytes.byteLength, 0);
    return length === this.#bytes.byteLength ? (this.#bytes[0] ?? 0) : 0;
  }

  set value(position: number) {
    this.#bytes[0] = position;
    writeSync(this.descriptor, this.#bytes, 0, this.#bytes.byteLength, 0);
  }

  close(): void {
    closeSync(this.descriptor);
  }
}
