/** A position that moves on and can be waited for: a log's head, or how far a projection has folded. */
import { START, type Position } from './event.js';

export class WaitablePosition {
  #position: Position;
  readonly #waiting = new Set<() => void>();

  constructor(position: Position = START) {
    this.#position = position;
  }

  get position(): Position {
    return this.#position;
  }

  moveTo(position: Position): void {
    this.#position = position;
    const woken = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of woken) wake();
  }

  /** Resolves when it stands after `position`. @throws the signal's reason once it is aborted */
  passed(position: Position, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    if (this.#position > position) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        signal.removeEventListener('abort', abort);
        // A head that moved, but not that far, goes on being waited for.
        resolve(this.passed(position, signal));
      };
      const abort = (): void => {
        this.#waiting.delete(settle);
        reject(signal.reason as Error);
      };
      this.#waiting.add(settle);
      signal.addEventListener('abort', abort, { once: true });
    });
  }
}
