/** A proxy between a store and PostgreSQL that breaks the connection where a test wants it to. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * How what commits begins (PostgreSQL, message formats): a simple query is Q, its length, its text, NUL; a statement that is
 * recorded at once is bound by its name, after that of its portal, which is empty.
 */
const COMMIT = Buffer.from('Q\0\0\0\u000bcommit\0', 'latin1');
const RECORD = Buffer.from('\0record\0', 'latin1');
/** What a message has before its text or names: its kind, its length. */
const BEFORE_NAMES = 5;

/** What becomes of the next commit: it never arrives, it arrives when nobody expects it any more, or its answer never does. */
export type Cut = 'before the commit' | 'late' | 'after the commit';

export class PostgresProxy {
  /** Those of the stores. */
  readonly #sockets = new Set<Socket>();
  #isRefusing = false;
  #cut: { readonly when: Cut; readonly isOver: (arrive: () => Promise<void>) => void } | undefined;

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

  /** Breaks the connection that commits next. Resolves once it has: to what lets come the commit that is to come late. */
  cutNext(when: Cut): Promise<() => Promise<void>> {
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
    let late: Buffer | undefined;
    socket.on('close', () => {
      this.#sockets.delete(socket);
      if (late === undefined) server.end(); // what was passed on is carried out all the same
    });
    server.on('error', () => undefined);
    server.on('close', () => socket.destroy());
    server.pipe(socket);
    socket.on('data', (bytes: Buffer) => {
      const at = this.#cut === undefined ? -1 : commitIn(bytes);
      const cut = at < 0 ? undefined : this.#cut;
      if (cut === undefined) {
        server.write(bytes);
        return;
      }
      this.#cut = undefined;
      server.unpipe(socket);
      server.resume(); // what nobody reads would keep it from closing
      if (cut.when === 'after the commit') server.write(bytes);
      else server.write(bytes.subarray(0, at));
      if (cut.when === 'late') late = bytes.subarray(at);
      cut.isOver(async () => {
        server.end(late ?? Buffer.alloc(0));
        await once(server, 'close');
      });
      socket.destroy();
    });
  }
}

/** Where the message begins that commits; -1: there is none. */
function commitIn(bytes: Buffer): number {
  const record = bytes.indexOf(RECORD);
  return record < 0 ? bytes.indexOf(COMMIT) : record - BEFORE_NAMES;
}
