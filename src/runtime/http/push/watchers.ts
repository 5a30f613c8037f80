/** Wakes many watchers of one thing, some in each turn of the thread, so that thousands of them do not hold up everything else. */
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Each one woken writes to a socket, some ten microseconds: a turn takes 2 to 3 ms. */
const MAX_WOKEN_IN_A_TURN = 256;

export class Watchers {
  #version = 0;
  /** In the order in which they began to wait: the longest first. */
  #waiting: Watcher[] = [];
  #isWaking = false;
  #count = 0;

  /** @param onEmpty called when there are no watchers any more */
  constructor(private readonly onEmpty: () => void = () => undefined) {}

  get count(): number {
    return this.#count;
  }

  /** @internal */
  get version(): number {
    return this.#version;
  }

  /** There is one for each client, until the signal is aborted. */
  watch(signal: AbortSignal): Watcher {
    const watcher = new Watcher(this);
    this.#count += 1;
    const leave = (): void => {
      const index = this.#waiting.indexOf(watcher);
      if (index >= 0) this.#waiting.splice(index, 1);
      watcher.end();
      this.#count -= 1;
      if (this.#count === 0) this.onEmpty();
    };
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
    return watcher;
  }

  /** Something has changed. Watchers that are busy see it when they ask next: what changed in between is one change to them. */
  notify(): void {
    this.#version += 1;
    if (!this.#isWaking) void this.#wake();
  }

  /** @internal */
  add(watcher: Watcher): void {
    this.#waiting.push(watcher);
  }

  async #wake(): Promise<void> {
    this.#isWaking = true;
    let woken = 0;
    while (this.#waiting.some(({ seen }) => seen !== this.#version)) {
      const due = this.#waiting;
      this.#waiting = [];
      for (const watcher of due) {
        watcher.wake();
        woken += 1;
        if (woken % MAX_WOKEN_IN_A_TURN === 0) await nextTurn();
      }
      await nextTurn();
    }
    this.#isWaking = false;
  }
}

/** Waits for changes. */
export class Watcher {
  /** The version that it was told of last. */
  seen: number;
  #resolve: (() => void) | undefined;
  #isOver = false;

  /** @internal */
  constructor(private readonly watchers: Watchers) {
    this.seen = watchers.version;
  }

  /** Resolves when something has changed since it was last called, or since the watcher was made; or when the watching has ended. */
  async changed(): Promise<void> {
    if (!this.#isOver && this.seen === this.watchers.version) {
      await new Promise<void>((resolve) => {
        this.#resolve = resolve;
        this.watchers.add(this);
      });
    }
    this.seen = this.watchers.version;
  }

  /** @internal */
  wake(): void {
    const resolve = this.#resolve;
    this.#resolve = undefined;
    resolve?.();
  }

  /** @internal */
  end(): void {
    this.#isOver = true;
    this.wake();
  }
}
