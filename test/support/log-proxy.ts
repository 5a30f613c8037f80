/** A proxy between a remote store and its log server that breaks connections, and changes what is answered. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** What is done to what the server sends: bytes to pass on, and whether the connection breaks after them. */
export interface Passed {
  readonly bytes: Buffer;
  readonly isCut?: boolean;
}

export class LogProxy {
  readonly #sockets = new Set<Socket>();
  #isRefusing = false;
  #target: URL;
  /** How often a connection was broken on purpose. */
  cuts = 0;
  /** What is done to answers, by the request that they are to. */
  answering: ((request: string, bytes: Buffer) => Passed) | undefined;

  private constructor(
    private readonly server: Server,
    target: string,
  ) {
    this.#target = new URL(target);
  }

  static async to(target: string): Promise<LogProxy> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new LogProxy(server, target);
    server.on('connection', (socket) => {
      proxy.#pass(socket);
    });
    return proxy;
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${(this.server.address() as AddressInfo).port}`);
  }

  /** Breaks every connection, and takes none until it allows them again. */
  refuse(): void {
    this.#isRefusing = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  allow(target?: string): void {
    if (target !== undefined) this.#target = new URL(target);
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
    this.#sockets.add(socket);
    const server = connect({ host: this.#target.hostname, port: Number(this.#target.port) });
    let request = '';
    socket.on('error', () => undefined);
    server.on('error', () => undefined);
    socket.on('close', () => {
      this.#sockets.delete(socket);
      server.end();
    });
    server.on('close', () => socket.destroy());
    socket.on('data', (bytes: Buffer) => {
      const line = /^(?:GET|POST) \S+/.exec(bytes.toString('latin1'))?.[0];
      if (line !== undefined) request = line;
      server.write(bytes);
    });
    server.on('data', (bytes: Buffer) => {
      const { bytes: passed, isCut = false } = this.answering?.(request, bytes) ?? { bytes };
      if (!isCut) socket.write(passed);
      else {
        this.cuts += 1;
        socket.end(passed);
      }
    });
  }
}
