/** One subscription of a connection. */
import type { PushChannel } from '../push-connection.js';
import type { EndReason, PushMessage } from '../push-source.js';

/** The connection that a subscription is one of. */
export interface SharedSocket {
  readonly taken: number;
  write(frames: readonly Buffer[]): Promise<void> | undefined;
  ended(id: string, reason: EndReason, detail?: string): void;
  close(code: number, reason: string): void;
}

export class SubscriptionChannel implements PushChannel {
  waitingBytes = 0;
  #isClosed = false;
  #onClose: (() => void)[] = [];

  constructor(
    private readonly socket: SharedSocket,
    private readonly id: string,
  ) {}

  get taken(): number {
    return this.socket.taken;
  }

  send(messages: readonly PushMessage[]): Promise<void> | undefined {
    if (this.#isClosed) return undefined;
    const frames = messages.map((message) => frameOf(this.id, message));
    const waiting = this.socket.write(frames);
    if (waiting === undefined) return undefined;
    this.waitingBytes = frames.reduce((sum, frame) => sum + frame.length, 0);
    return waiting.finally(() => {
      this.waitingBytes = 0;
    });
  }

  /** The connection has pings of its own. */
  heartbeat(): void {
    return;
  }

  end(reason: EndReason, detail?: string): void {
    if (this.#isClosed) return;
    this.close();
    this.socket.ended(this.id, reason, detail);
  }

  destroy(): void {
    this.socket.close(1008, 'not-reading');
  }

  onClose(callback: () => void): void {
    if (this.#isClosed) callback();
    else this.#onClose.push(callback);
  }

  /** Nothing more is sent of it. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const callback of this.#onClose.splice(0)) callback();
  }
}

/** Of messages that go to many clients, under the id that the last of them has: most give the same. */
const written = new WeakMap<PushMessage, { readonly id: string; readonly frame: Buffer }>();

function frameOf(subscription: string, message: PushMessage): Buffer {
  const known = written.get(message);
  if (known?.id === subscription) return known.frame;
  const { id, data } = message;
  const start = `{"type":"${data === undefined ? 'passed' : 'next'}","id":${JSON.stringify(subscription)},"position":"${id}"`;
  const frame = Buffer.from(data === undefined ? `${start}}` : `${start},"data":${data}}`);
  written.set(message, { id: subscription, frame });
  return frame;
}
