/** How far a projection has folded, and the waits for it to fold further. */
import { position, type Position } from '../event-log/event.js';
import { WaitablePosition } from '../event-log/following/waitable-position.js';

export class FoldedPosition {
  readonly #folded = new WaitablePosition();
  readonly #waits = new Set<AbortController>();
  #isEnding = false;

  get position(): Position {
    return this.#folded.position;
  }

  moveTo(position: Position): void {
    this.#folded.moveTo(position);
  }

  /**
   * Resolves once everything up to the position is folded.
   *
   * @throws the signal's reason once it is aborted, or an `AbortError` once waiting has ended
   */
  async reached(wanted: Position, signal: AbortSignal): Promise<void> {
    if (wanted <= this.position) return;
    const wait = new AbortController();
    const giveUp = (): void => {
      wait.abort(signal.reason);
    };
    this.#waits.add(wait);
    signal.addEventListener('abort', giveUp);
    if (signal.aborted) giveUp();
    if (this.#isEnding) wait.abort();
    try {
      await this.#folded.passed(position(wanted - 1), wait.signal);
    } finally {
      this.#waits.delete(wait);
      signal.removeEventListener('abort', giveUp);
    }
  }

  /** Ends all waiting, now and from now on. */
  endWaiting(): void {
    this.#isEnding = true;
    for (const wait of this.#waits) wait.abort();
  }
}
