/** A door before a log server that asks for a key, as a server with credentials does, and notes what comes. */
import { once } from 'node:events';
import {
  createServer,
  request as send,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** Why a request is refused. */
export interface Refusal {
  readonly status: 401 | 403;
  readonly problem: string;
  readonly detail: string;
}

const UNKNOWN: Refusal = {
  status: 401,
  problem: 'invalid-credentials',
  detail: 'The key is not known. Send Authorization: Bearer <key or token>.',
};

function withoutKey(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const rest = { ...headers };
  delete rest.authorization;
  return rest;
}

export class GuardedLog {
  /** Undefined: whatever is sent counts. */
  key: string | undefined;
  /** What is answered to all, whatever they send. */
  refusal: Refusal | undefined;
  /** As in `GET /head`, each with what it had as its `Authorization`. */
  readonly requests: { readonly request: string; readonly authorization: string | undefined }[] = [];
  /** Whether the answer to the next append is lost. */
  losesAppend = false;
  lostAppends = 0;

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {
    server.on('request', (request, response) => {
      this.#answer(request, response);
    });
  }

  static async before(url: string): Promise<GuardedLog> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new GuardedLog(server, new URL(url));
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${(this.server.address() as AddressInfo).port}`);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { method = '', url = '', headers } = request;
    this.requests.push({
      request: `${method} ${url.split('?', 1)[0] ?? ''}`,
      authorization: headers.authorization,
    });
    const isKnown = this.key === undefined || headers.authorization === `Bearer ${this.key}`;
    const refusal = this.refusal ?? (isKnown ? undefined : UNKNOWN);
    if (refusal !== undefined) {
      const { status, problem, detail } = refusal;
      const body = { type: `urn:leftfold:problem:${problem}`, title: problem, status, detail };
      request.resume();
      response.writeHead(status, { 'content-type': 'application/problem+json' }).end(JSON.stringify(body));
      return;
    }
    const { hostname, port } = this.target;
    const passed = send({
      hostname,
      port,
      method,
      path: url,
      // The log server behind it has keys of its own, and asks those only who send one.
      headers: { ...withoutKey(headers), host: this.target.host },
    });
    passed.once('response', (answer) => {
      if (this.losesAppend && method === 'POST' && url === '/commits') {
        this.losesAppend = false;
        this.lostAppends += 1;
        request.socket.destroy();
        return;
      }
      response.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(response);
    });
    passed.once('error', () => request.socket.destroy());
    response.once('close', () => passed.destroy());
    request.pipe(passed);
  }
}
