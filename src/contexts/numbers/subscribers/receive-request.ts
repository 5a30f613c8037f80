/** Tells one program on this machine of one number: `POST http://localhost:PORT/receive` with `{"event": 5}`. */
import { Agent, request, type ClientRequest } from 'node:http';

/** For a connection, and then for an answer, which nothing depends on: the programs of the hello world never send one. */
const MAX_WAIT_MS = 2_000;
/** Connections to one program that wait for an answer. At the bound the oldest is closed: what it said was sent long ago. */
const MAX_OPEN = 64;

/** A connection for each request: one that is never answered must not hold up the next. */
const agent = new Agent({ keepAlive: false });

export class ReceiveRequests {
  /** The oldest first. */
  readonly #open = new Set<ClientRequest>();

  constructor(private readonly port: number) {}

  /**
   * Resolves once the request is written, without waiting for its answer, or once the program proves not to be reachable.
   *
   * @returns whether it was written
   */
  send(value: number | string): Promise<boolean> {
    const body = JSON.stringify({ event: value });
    return new Promise((resolve) => {
      const sent = request({
        agent,
        host: 'localhost',
        port: this.port,
        path: '/receive',
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      });
      const timer = setTimeout(() => sent.destroy(), MAX_WAIT_MS);
      this.#remember(sent);
      sent.once('finish', () => {
        timer.refresh();
        resolve(true);
      });
      sent.once('response', (response) => {
        // Whatever it answers, and for however long: nothing depends on it.
        response.on('error', () => undefined);
        sent.destroy();
      });
      sent.on('error', () => undefined); // 'close' follows
      sent.once('close', () => {
        clearTimeout(timer);
        this.#open.delete(sent);
        resolve(false); // unless it was written
      });
      sent.end(body);
    });
  }

  /** Closes all connections. */
  close(): void {
    for (const each of this.#open) each.destroy();
  }

  #remember(sent: ClientRequest): void {
    this.#open.add(sent);
    if (this.#open.size <= MAX_OPEN) return;
    for (const oldest of this.#open) {
      oldest.destroy();
      return;
    }
  }
}
