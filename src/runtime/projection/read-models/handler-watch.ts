/** Notices a handler that takes very long: everything behind its event waits, and in SQLite so do all other requests while a statement runs. */
import type { Position } from '../../event-log/event.js';

export interface SlowHandler {
  /** Of the event. */
  readonly position: Position;
  readonly type: string;
  /** For so long it has run. */
  readonly milliseconds: number;
}

/** PostgreSQL ends a transaction in which nothing has come for ten seconds (`LOCK_TIMEOUT_MS` of its connections). */
export const SLOW_HANDLER_MS = 5_000;

export class HandlerWatch {
  constructor(
    private readonly told: (slow: SlowHandler) => void,
    private readonly limitMs = SLOW_HANDLER_MS,
  ) {}

  /** Tells of it once the limit is past, and again each time that it has taken twice as long. */
  async over<Result>(
    event: Pick<SlowHandler, 'position' | 'type'>,
    work: () => Promise<Result>,
  ): Promise<Result> {
    const began = performance.now();
    let limit = this.limitMs;
    const tell = (): void => {
      const milliseconds = Math.round(performance.now() - began);
      limit = 2 * Math.max(limit, milliseconds);
      this.told({ position: event.position, type: event.type, milliseconds });
    };
    let timer: NodeJS.Timeout | undefined;
    const wait = (): void => {
      timer = setTimeout(() => {
        tell();
        wait();
      }, limit).unref();
    };
    wait();
    try {
      return await work();
    } finally {
      clearTimeout(timer);
      // A statement that held the thread has kept the timer from its turn.
      if (performance.now() - began >= limit) tell();
    }
  }
}
