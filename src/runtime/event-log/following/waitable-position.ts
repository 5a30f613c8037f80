/** A position that advances and can be waited for: a log's head, or how far a projection has folded. */
import { START, type Position } from '../event.js';

interface Waiting {
  /** @param isOver whether the wait is over, wherever the position is now */
  readonly wake: (isOver: boolean) => void;
}

export class WaitablePosition {
  #position: Position;
  /**
   * An array that is replaced, not a set that is cleared: in V8 each old hash table of a set refers to the next one, so one
   * that has reached the old generation would keep all later ones alive, and every waiter in them.
   */
  #waiting: Waiting[] = [];

  constructor(position: Position = START) {
    this.#position = position;
  }

  get position(): Position {
    return this.#position;
  }

  moveTo(position: Position): void {
    this.#position = position;
    this.#wakeAll(false);
  }

  /** Goes back, and ends all waits: whoever waited looks again at what there is. */
  goBackTo(position: Position): void {
    this.#position = position;
    this.#wakeAll(true);
  }

  /** Resolves when it is after `position`. @throws the signal's reason once it is aborted */
  passed(position: Position, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    if (this.#position > position) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        wake: (isOver) => {
          signal.removeEventListener('abort', abort);
          // It may have advanced, but not that far.
          resolve(isOver ? undefined : this.passed(position, signal));
        },
      };
      const abort = (): void => {
        const index = this.#waiting.indexOf(waiting);
        if (index >= 0) this.#waiting.splice(index, 1);
        reject(signal.reason as Error);
      };
      this.#waiting.push(waiting);
      signal.addEventListener('abort', abort, { once: true });
    });
  }

  #wakeAll(isOver: boolean): void {
    const woken = this.#waiting;
    this.#waiting = [];
    for (const { wake } of woken) wake(isOver);
  }
}
