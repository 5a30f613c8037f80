/** One client of the inspection. While it is slow it is sent nothing, and then the newest: what waits for it is bounded. */
import type { WebSocket } from 'ws';
import { Liveness, closeOrCut } from '../sockets/liveness.js';
import type { OpenedSocket } from '../sockets/socket-gateway.js';
import type { Inspection, Viewer } from './inspection.js';
import type { News, ShownActor } from './shown-actor.js';

/** Once so much waits for a client, it is sent no more. */
const HIGH_WATER_BYTES = 64 * 1024;

/** What of an actor waits: how many events were passed over, or that the client has not seen it at all. */
type Waiting = number | 'new';

export class InspectSocket implements OpenedSocket, Viewer {
  /** One entry for each actor at most, and no texts. */
  readonly #waiting = new Map<ShownActor, Waiting>();
  readonly #liveness: Liveness;

  constructor(
    private readonly socket: WebSocket,
    inspection: Inspection,
    pingMs: number,
  ) {
    this.#liveness = new Liveness(socket, pingMs, () => this.#isFull());
    socket.on('ping', (data) => {
      if (!this.#isFull()) socket.pong(data);
    });
    socket.on('error', () => undefined); // `close` follows
    socket.once('close', () => {
      inspection.remove(this);
      this.#waiting.clear();
    });
    inspection.add(this);
  }

  get waitingBytes(): number {
    return this.socket.bufferedAmount;
  }

  onClose(callback: () => void): void {
    this.socket.once('close', callback);
  }

  close(code: number, reason: string): void {
    closeOrCut(this.socket, code, reason);
  }

  check(): void {
    this.#liveness.check();
  }

  begin(actors: readonly ShownActor[]): void {
    for (const actor of actors) this.#waiting.set(actor, 'new');
    this.#sendWaiting();
  }

  offer(actor: ShownActor, { texts, count }: News): void {
    const waiting = this.#waiting.get(actor);
    if (waiting === undefined && !this.#isFull()) this.#send(texts);
    else if (waiting !== 'new') this.#waiting.set(actor, (waiting ?? 0) + count);
  }

  #isFull(): boolean {
    return this.socket.bufferedAmount > HIGH_WATER_BYTES;
  }

  #sendWaiting(): void {
    for (const [actor, waiting] of this.#waiting) {
      if (this.#isFull() || !this.#isOpen) return;
      this.#waiting.delete(actor);
      this.#send(waiting === 'new' ? [actor.introduction()] : actor.newest(waiting));
    }
  }

  get #isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN;
  }

  #send(texts: readonly string[]): void {
    if (!this.#isOpen) return;
    for (const text of texts) this.socket.send(text, this.#onTaken);
  }

  readonly #onTaken = (): void => {
    this.#liveness.sign();
    this.#sendWaiting();
  };
}
