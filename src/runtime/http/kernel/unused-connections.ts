/** Connections over which nothing has come yet: browsers and HTTP clients open them beforehand, and Node does not count them as idle. */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';

export class UnusedConnections {
  readonly #open = new Set<Socket>();

  /** @param server before it listens */
  constructor(server: Server) {
    const note = (socket: Socket): void => {
      this.#open.add(socket);
      socket.once('close', () => {
        this.#open.delete(socket);
      });
    };
    server.on('connection', note);
    server.on('secureConnection', note);
  }

  /** What a client has sent must have been read by now: over what is closed here nothing is answered. */
  close(): void {
    for (const socket of this.#open) if (socket.bytesRead === 0) socket.destroy();
  }
}
