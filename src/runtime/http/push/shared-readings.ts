/** What many clients ask for at the same time is read once for all of them. */
import type { Position } from '../../event-log/event.js';
import type { ReadNow, Reading } from './read-feed.js';

interface Running {
  readonly reading: Promise<Reading>;
  /** How far what is read had been folded when it began. */
  readonly position: Position;
  readonly over: AbortController;
  waiting: number;
}

export class SharedReadings {
  readonly #running = new Map<string, Running>();

  /**
   * Joins a reading that is under way, unless that has begun before what the client must see was folded.
   *
   * @param key of what is read
   * @param position how far that has been folded now
   * @param after what the client must see
   * @param signal aborted once the client is gone; the reading goes on while others wait for it
   * @throws what `read` throws, and the reason of the signal
   */
  async read(
    key: string,
    read: ReadNow,
    position: Position,
    after: number,
    signal: AbortSignal,
  ): Promise<Reading> {
    signal.throwIfAborted();
    const known = this.#running.get(key);
    const running = known !== undefined && known.position >= after ? known : this.#begin(key, read, position);
    running.waiting += 1;
    let leave: () => void = () => undefined;
    const gone = new Promise<never>((_, reject) => {
      leave = () => {
        this.#leave(key, running);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', leave, { once: true });
    });
    try {
      return await Promise.race([running.reading, gone]);
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  #begin(key: string, read: ReadNow, position: Position): Running {
    const over = new AbortController();
    const running: Running = { reading: read(over.signal), position, over, waiting: 0 };
    this.#running.set(key, running);
    const end = (): void => {
      this.#forget(key, running);
    };
    running.reading.then(end, end);
    return running;
  }

  /** Nobody waits for it any more. */
  #leave(key: string, running: Running): void {
    running.waiting -= 1;
    if (running.waiting > 0) return;
    this.#forget(key, running);
    running.over.abort();
  }

  #forget(key: string, running: Running): void {
    if (this.#running.get(key) === running) this.#running.delete(key);
  }
}
