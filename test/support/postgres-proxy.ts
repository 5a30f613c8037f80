/** Stands between a store and PostgreSQL, and breaks the connection where a test wants it to. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A simple query is one message: Q, its length, its text, NUL (PostgreSQL, message formats). */
const COMMIT = Buffer.from('Q\0\0\0\u000bcommit\0', 'latin1');

/** What becomes of the next commit: it never arrives, or its answer never does. */
export type Cut = 'before the commit' | 'after the commit';

export class PostgresProxy {
  /** Those of the stores. */
  readonly #sockets = new Set<Socket>();
  #isRefusing = false;
  #cut: { readonly when: Cut; readonly isOver: () => void } | undefined;

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {}

  static async to(url: string): Promise<PostgresProxy> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new PostgresProxy(server, new URL(url));
    server.on('connection', (socket) => {
      proxy.#pass(socket);
    });
    return proxy;
  }

  /** The database, by way of here. */
  get url(): string {
    const url = new URL(this.target);
    url.host = `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return url.href;
  }

  /** Breaks the connection that commits next. Resolves once it has. */
  cutNext(when: Cut): Promise<void> {
    return new Promise((resolve) => {
      this.#cut = { when, isOver: resolve };
    });
  }

  /** Breaks every connection, and takes none until it allows them again. */
  refuse(): void {
    this.#isRefusing = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  allow(): void {
    this.#isRefusing = false;
  }

  async close(): Promise<void> {
    this.refuse();
    this.server.close();
    await once(this.server, 'close');
  }

  #pass(socket: Socket): void {
    if (this.#isRefusing) {
      socket.destroy();
      return;
    }
    const { hostname, port } = this.target;
    const server = connect({ host: hostname, port: Number(port || 5432) });
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#sockets.delete(socket);
      server.end(); // what was passed on is carried out all the same
    });
    server.on('error', () => undefined);
    server.on('close', () => socket.destroy());
    server.pipe(socket);
    socket.on('data', (bytes: Buffer) => {
      const cut = bytes.includes(COMMIT) ? this.#cut : undefined;
      if (cut !== undefined) {
        this.#cut = undefined;
        server.unpipe(socket);
        cut.isOver();
      }
      if (cut?.when !== 'before the commit') server.write(bytes);
      else server.write(bytes.subarray(0, bytes.indexOf(COMMIT)));
      if (cut !== undefined) socket.destroy();
    });
  }
}
