/** A client of the WebSocket at `/push`, which keeps what it has got. */
import { WebSocket, type ClientOptions } from 'ws';

export interface Got {
  readonly type: string;
  readonly id?: string;
  readonly position?: string;
  readonly reason?: string;
  readonly data?: unknown;
  readonly problem?: { readonly type: string; readonly status: number; readonly detail: string };
}

export class SocketClient {
  readonly got: Got[] = [];
  closed: { readonly code: number; readonly reason: string } | undefined;

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data) => {
      this.got.push(JSON.parse((data as Buffer).toString()) as Got);
    });
    socket.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() };
    });
    socket.on('error', () => undefined);
  }

  /** @returns the client, or the status of a refusal */
  static open(
    url: string,
    { protocols = [], ...options }: ClientOptions & { readonly protocols?: string[] } = {},
  ): Promise<SocketClient | number> {
    const socket = new WebSocket(url.replace(/^http/, 'ws'), protocols, options);
    const client = new SocketClient(socket);
    return new Promise((resolve, reject) => {
      socket.once('open', () => {
        resolve(client);
      });
      socket.once('unexpected-response', (_, response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      socket.once('error', reject);
    });
  }

  send(message: unknown): void {
    this.socket.send(
      typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message),
    );
  }

  of(id: string, type = 'next'): readonly Got[] {
    return this.got.filter((each) => each.id === id && each.type === type);
  }

  get problems(): readonly (string | undefined)[] {
    return this.got.flatMap(({ problem }) =>
      problem === undefined ? [] : [problem.type.replace(/^.*:/, '')],
    );
  }
}
