/** Whether the client of a WebSocket is still there: it is pinged, and everything that it does is a sign. */
import type { WebSocket } from 'ws';

/** How long a client may take to answer the close. */
const CLOSE_GRACE_MS = 1_000;

/** A client that has given no sign for so many pings is gone. */
const MAX_SILENT_PINGS = 3;

export class Liveness {
  #lastSign: number;
  #lastPing: number;

  /**
   * @param pingMs interval of pings, in milliseconds
   * @param isFull whether a ping would only add to what waits for the client
   */
  constructor(
    private readonly socket: WebSocket,
    private readonly pingMs: number,
    private readonly isFull: () => boolean,
    private readonly elapsed: () => number = () => performance.now(),
  ) {
    this.#lastSign = this.#lastPing = elapsed();
    const sign = (): void => {
      this.sign();
    };
    for (const event of ['message', 'ping', 'pong']) socket.on(event, sign);
  }

  /** Of what the client has taken: the rest is heard here. */
  sign(): void {
    this.#lastSign = this.elapsed();
  }

  /** To be called every few seconds. Closes with 1008 when the client has given no sign for three pings. */
  check(): void {
    const now = this.elapsed();
    if (now - this.#lastSign >= MAX_SILENT_PINGS * this.pingMs) {
      closeOrCut(this.socket, 1008, 'not-reading');
      return;
    }
    if (now - this.#lastPing < this.pingMs || this.socket.readyState !== this.socket.OPEN) return;
    this.#lastPing = now;
    if (!this.isFull()) this.socket.ping();
  }
}

/** With a code and a reason; cut where the client does not answer. */
export function closeOrCut(socket: WebSocket, code: number, reason: string): void {
  if (socket.readyState !== socket.OPEN) return;
  socket.close(code, reason);
  setTimeout(() => {
    socket.terminate();
  }, CLOSE_GRACE_MS).unref();
}
