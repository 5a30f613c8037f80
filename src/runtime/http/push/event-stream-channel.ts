/** Server-sent events over an answer of Node's: what waits for the client is bounded by one slice beyond the socket's high-water mark. */
import type { ServerResponse } from 'node:http';
import { beginning, ending } from '../kernel/event-streams.js';
import { HEARTBEAT, bytesOf } from './event-stream-frames.js';
import type { PushChannel } from './push-connection.js';
import type { EndReason, PushMessage } from './push-source.js';

/** A long message is written in slices, each once the one before it is with the operating system: progress is seen, however slow. */
const SLICE_BYTES = 64 * 1024;

/** How long an answer that was ended may wait for its client before it is cut. */
const END_GRACE_MS = 1_000;

export class EventStreamChannel implements PushChannel {
  taken = 0;
  #isClosed: boolean;
  /** Whether a message is out in part. */
  #isWithin = false;
  #resume: (() => void) | undefined;

  /**
   * @param raw its headers are out
   * @param id where the client resumes that is cut off before the first message
   */
  constructor(
    private readonly raw: ServerResponse,
    retryMs: number,
    id?: string,
  ) {
    const goOn = (): void => {
      this.taken += 1;
      const resume = this.#resume;
      this.#resume = undefined;
      resume?.();
    };
    // A client may be gone before anything is read for it; then no `close` comes any more.
    this.#isClosed = raw.destroyed;
    raw.on('drain', goOn);
    raw.once('close', () => {
      this.#isClosed = true;
      goOn();
    });
    raw.on('error', () => undefined); // `close` follows
    this.#write(beginning(retryMs, id));
  }

  get waitingBytes(): number {
    return this.raw.writableLength;
  }

  send(messages: readonly PushMessage[]): Promise<void> | undefined {
    const bytes = bytesOf(messages);
    if (bytes.length > SLICE_BYTES) return this.#sendSlices(bytes);
    return this.#write(bytes) ? undefined : this.#drained();
  }

  heartbeat(): void {
    this.#write(HEARTBEAT);
  }

  end(reason: EndReason, detail?: string): void {
    if (this.#isClosed || this.raw.writableEnded) return;
    // Words in the middle of a message would become a part of it; cut off, it is asked for again.
    if (this.#isWithin) {
      this.destroy();
      return;
    }
    this.raw.end(ending(reason, detail));
    setTimeout(() => {
      this.destroy();
    }, END_GRACE_MS).unref();
  }

  destroy(): void {
    if (!this.#isClosed) this.raw.destroy();
  }

  onClose(callback: () => void): void {
    if (this.#isClosed) callback();
    else this.raw.once('close', callback);
  }

  /** @returns whether more can be taken */
  #write(bytes: Buffer | string): boolean {
    if (this.#isClosed || this.raw.destroyed || this.raw.writableEnded) return true;
    return this.raw.write(bytes);
  }

  async #sendSlices(bytes: Buffer): Promise<void> {
    for (let start = 0; start < bytes.length; start += SLICE_BYTES) {
      this.#isWithin = start + SLICE_BYTES < bytes.length;
      if (!this.#write(bytes.subarray(start, start + SLICE_BYTES))) await this.#drained();
    }
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#resume = resolve;
    });
  }
}
