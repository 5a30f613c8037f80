/** One client that is pushed to: it is sent what its source gives, no faster than it reads, until one of them ends. */
import { Logger } from '@nestjs/common';
import { EventUnreadable, LogClosed, LogDamaged, LogWentBack } from '../../event-log/errors.js';
import { Problem } from '../kernel/problem.js';
import { threadTurns, type ThreadTurns } from '../kernel/thread-turns.js';
import type { EndReason, PushMessage, PushSource } from './push-source.js';

/** After so long without a message a client is sent a heartbeat: proxies close what is idle for 30 to 60 s. */
export const HEARTBEAT_INTERVAL_MS = 15_000;

/** A client that has read nothing for so long, while something waits for it, is ended. */
export const MAX_STALL_MS = 60_000;

/** What carries messages to a client: an answer that does not end, or a WebSocket. It holds a bounded number of bytes. */
export interface PushChannel {
  /** @returns undefined when it can take more at once, otherwise what resolves when it can, or when it is closed */
  send(messages: readonly PushMessage[]): Promise<void> | undefined;
  /** Must not be called while `send` waits. */
  heartbeat(): void;
  /** Bytes that the client has not taken. */
  readonly waitingBytes: number;
  /** Grows whenever the client has taken something. */
  readonly taken: number;
  /** Tells the client why, and closes. */
  end(reason: EndReason, detail?: string): void;
  /** Closes without a word, and forgets what waits. */
  destroy(): void;
  onClose(callback: () => void): void;
}

export class PushConnection {
  readonly #stopping = new AbortController();
  readonly #logger = new Logger('Push');
  /** While the channel takes nothing. */
  #stall: { since: number; taken: number } | undefined;
  #lastSent: number;

  constructor(
    private readonly channel: PushChannel,
    private readonly elapsed: () => number = () => performance.now(),
    private readonly turns: ThreadTurns = threadTurns,
  ) {
    this.#lastSent = elapsed();
    channel.onClose(() => {
      this.#stopping.abort();
    });
  }

  get isOver(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** Resolves once the source or the client has ended. */
  async run(source: PushSource): Promise<void> {
    const { signal } = this.#stopping;
    // Nothing is read for a client that is gone already.
    if (this.isOver) return;
    const messages = source(signal);
    try {
      for (;;) {
        const sending = signal.aborted ? undefined : this.#send(await messages.next());
        if (sending === undefined) return;
        await sending.waiting;
      }
    } catch (error) {
      if (!signal.aborted) this.#endBy(error);
    } finally {
      await messages.return().catch(() => undefined);
      if (!signal.aborted) this.end('server-stopping'); // a source ends by itself when the log closes
    }
  }

  /** Tells the client why, and ends. */
  end(reason: EndReason, detail?: string): void {
    if (this.isOver) return;
    this.channel.end(reason, detail);
    this.#stopping.abort();
  }

  /** To be called every few seconds: sends a heartbeat when nothing else was sent, and ends a client that does not read. */
  check(): void {
    const now = this.elapsed();
    const { taken } = this.channel;
    if (this.#stall === undefined) {
      if (now - this.#lastSent < HEARTBEAT_INTERVAL_MS) return;
      this.#lastSent = now;
      this.channel.heartbeat();
      // One that is gone takes no heartbeats either.
      if (this.channel.waitingBytes > 0) this.#stall = { since: now, taken };
    } else if (this.#stall.taken !== taken || this.channel.waitingBytes === 0) {
      this.#stall = this.channel.waitingBytes === 0 ? undefined : { since: now, taken };
    } else if (now - this.#stall.since >= MAX_STALL_MS) {
      this.end('not-reading', `Nothing was read for ${MAX_STALL_MS / 1000} s.`);
      this.channel.destroy();
    }
  }

  /** @returns undefined at the end of the source */
  #send(
    next: IteratorResult<readonly PushMessage[], void>,
  ): { readonly waiting: Promise<void> | undefined } | undefined {
    if (next.done === true || this.isOver) return undefined;
    if (next.value.length === 0) return { waiting: undefined };
    const waiting = this.channel.send(next.value);
    this.#lastSent = this.elapsed();
    return { waiting: waiting && this.#taken(waiting) };
  }

  /** While the client has not taken it, it counts towards what may wait for all clients. */
  async #taken(waiting: Promise<void>): Promise<void> {
    this.#stall = { since: this.elapsed(), taken: this.channel.taken };
    const release = this.turns.hold(this.channel.waitingBytes, () => {
      this.end('not-reading', 'Others wait for the memory that this client holds.');
      this.channel.destroy();
    });
    try {
      await waiting;
    } finally {
      release();
      this.#stall = undefined;
    }
  }

  #endBy(error: unknown): void {
    if (error instanceof LogWentBack) this.end('log-went-back', error.message);
    else if (error instanceof LogClosed) this.end('server-stopping');
    else if (error instanceof EventUnreadable || error instanceof LogDamaged)
      this.end('unreadable', error.message);
    else if (error instanceof Problem) this.end('failed', error.detail);
    else {
      this.#logger.error('a stream failed', error instanceof Error ? error.stack : error);
      this.end('failed');
    }
  }
}
