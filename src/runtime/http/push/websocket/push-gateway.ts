/** The WebSocket at `/push`, on the server of the application: asks who opens it, and closes all of them when the server stops. */
import { ServerResponse, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnModuleInit,
} from '@nestjs/common';
import type { HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import type { WebSocketServer } from 'ws';
import { callerOf } from '../../../access/caller.js';
import type { Gate } from '../../../access/gate.js';
import { LogClosed } from '../../../event-log/errors.js';
import { UPGRADE_GATE, type HttpRequest } from '../../kernel/exchange.js';
import type { Links } from '../../kernel/links.js';
import { PATHS, PROTOCOL_PATHS } from '../../kernel/paths.js';
import { Problem } from '../../kernel/problem.js';
import { documentOf } from '../../kernel/problem-document.js';
import { unsendableIn } from '../../kernel/sendable-headers.js';
import type { PushStreams } from '../push-streams.js';
import { refuseSecondRoutes, requireNoGatewayAt, requireOneRouteEach } from './push-collisions.js';
import { TooManyConnections } from './push-messages.js';
import {
  MAX_CONNECTIONS,
  MAX_MESSAGE_BYTES,
  MAX_SUBSCRIPTIONS,
  PING_SECONDS,
  type PushOptions,
} from './push-options.js';
import { PushSocket } from './push-socket.js';
import { takeUpgrades } from './upgrades.js';

const MAX_CHECK_INTERVAL_MS = 5_000;

const OPEN_TO_ALL =
  'whoever passes the check of Host and Origin may subscribe at /push: guards of the application are not asked about an upgrade. ' +
  'Set http.access, or http.push.admit, which may also admit everybody';

/** What is spoken, where a client names it; a browser does so to send a token beside it. */
export const SUBPROTOCOL = 'leftfold';
const TOKEN_PREFIX = 'bearer.';

export class PushGateway implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #sockets = new Map<PushSocket, IncomingMessage>();
  #webSockets: WebSocketServer | undefined;
  #pending = 0;
  #checking: NodeJS.Timeout | undefined;
  #isStopping = false;

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly streams: PushStreams,
    private readonly links: Links,
    private readonly gate: Gate,
    private readonly options: PushOptions,
    private readonly container: ModulesContainer,
  ) {
    // A testing module gets its adapter after its providers.
    host.init$.subscribe(() => {
      const adapter = this.host.httpAdapter as HttpAdapterHost['httpAdapter'] | null;
      if (adapter !== null) refuseSecondRoutes(adapter, () => this.#paths);
    });
  }

  /** Connections that are open. */
  get count(): number {
    return this.#sockets.size;
  }

  /** Bytes that wait for all clients beyond what the system holds. @internal */
  get waitingBytes(): number {
    return [...this.#sockets.keys()].reduce((sum, { waitingBytes }) => sum + waitingBytes, 0);
  }

  /** All routes are registered by now. @throws Error when the application serves one of the paths itself */
  onModuleInit(): void {
    const adapter = this.host.httpAdapter as HttpAdapterHost['httpAdapter'] | null;
    if (adapter !== null) requireOneRouteEach(adapter, this.#paths);
  }

  /** @throws Error when a gateway of the application has the path */
  async onApplicationBootstrap(): Promise<void> {
    // An application context serves nothing.
    const adapter = this.host.httpAdapter as HttpAdapterHost['httpAdapter'] | null;
    if (adapter === null) return;
    requireNoGatewayAt(this.#path, this.container);
    if (this.options.admit === undefined && this.#gate.access === undefined)
      new Logger('Push').warn(OPEN_TO_ALL);
    // Only where it is on.
    const { WebSocketServer: Sockets } = await import('ws');
    this.#webSockets = new Sockets({
      noServer: true,
      clientTracking: false,
      autoPong: false, // pongs that are not read are counted
      maxPayload: MAX_MESSAGE_BYTES,
      handleProtocols: (protocols) => protocols.has(SUBPROTOCOL) && SUBPROTOCOL,
    });
    const server = adapter.getHttpServer() as Server;
    takeUpgrades(
      server,
      (request) => this.#isAsked(request),
      (request, socket, head) => void this.#accept(request, socket, head),
    );
    server.on('upgrade', (request, socket) => {
      socket.on('error', () => undefined);
      // What others listen for is theirs; what nobody does is answered as without this.
      if (server.listenerCount('upgrade') === 1) asRequest(server, request);
    });
    this.#checking = setInterval(
      () => {
        this.check();
      },
      Math.min(MAX_CHECK_INTERVAL_MS, this.#pingMs),
    ).unref();
  }

  /** Pings that are due, and clients that are gone or whose credentials have ended. Done every five seconds, or as often as clients are pinged. @internal */
  check(): void {
    for (const [socket, request] of this.#sockets) {
      socket.check();
      void closeUnlessRenewed(socket, request);
    }
  }

  beforeApplicationShutdown(): void {
    this.#isStopping = true;
    clearInterval(this.#checking);
    for (const socket of this.#sockets.keys()) socket.close(1001, 'server-stopping');
  }

  get #pingMs(): number {
    return 1_000 * (this.options.pingSeconds ?? PING_SECONDS);
  }

  #isAsked({ url = '', headers }: IncomingMessage): boolean {
    const [pathname] = url.split('?', 1);
    const isWebSocket = headers.upgrade?.toLowerCase() === 'websocket';
    return isWebSocket && pathname === this.#path;
  }

  get #path(): string {
    return this.links.runtime(`/${PROTOCOL_PATHS.push}`);
  }

  get #paths(): readonly string[] {
    return [this.#path, this.links.runtime(`/${PATHS.asyncApi}`)];
  }

  async #accept(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    this.#pending += 1;
    try {
      await this.#admit(request);
    } catch (error) {
      refuse(request, error);
      return;
    } finally {
      this.#pending -= 1;
    }
    this.#webSockets?.handleUpgrade(request, socket, head, (webSocket) => {
      const opened = new PushSocket(webSocket, request, {
        streams: this.streams,
        linkTo: (path) => this.links.runtime(path),
        maxSubscriptions: this.options.subscriptions ?? MAX_SUBSCRIPTIONS,
        pingMs: this.#pingMs,
      });
      this.#sockets.set(opened, request);
      opened.onClose(() => this.#sockets.delete(opened));
      if (this.#isStopping) opened.close(1001, 'server-stopping');
    });
  }

  /** @throws Problem */
  async #admit(request: IncomingMessage): Promise<void> {
    if (this.#isStopping) throw new LogClosed();
    const most = this.options.connections ?? MAX_CONNECTIONS;
    if (this.#sockets.size + this.#pending > most) throw new TooManyConnections(most);
    const { policy, access } = this.#gate;
    policy.check(request);
    takeToken(request);
    await this.options.admit?.(request);
    await access?.identify(request as unknown as HttpRequest);
  }

  /** Where the server asks before every request, it asks upgrades by the same. */
  get #gate(): Pick<Gate, 'policy' | 'access'> {
    const instance = this.host.httpAdapter.getInstance<{ readonly [UPGRADE_GATE]?: Gate }>();
    return instance[UPGRADE_GATE] ?? this.gate;
  }
}

/** Browsers can set no header of a WebSocket but the subprotocols: `leftfold, bearer.<token>`. The token is kept with the credentials alone. */
function takeToken({ headers }: IncomingMessage): void {
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((each) => each.trim());
  const token = offered.find((each) => each.startsWith(TOKEN_PREFIX));
  if (token === undefined) return;
  headers['sec-websocket-protocol'] = offered.filter((each) => each !== token).join(', ');
  if (headers['sec-websocket-protocol'] === '') delete headers['sec-websocket-protocol'];
  headers.authorization ??= `Bearer ${token.slice(TOKEN_PREFIX.length)}`;
}

async function closeUnlessRenewed(socket: PushSocket, request: IncomingMessage): Promise<void> {
  try {
    await callerOf({ raw: request }).renew?.();
  } catch (error) {
    // While it cannot be told, what was allowed goes on.
    if (error instanceof Problem && error.kind !== 'unavailable') socket.close(1008, 'no-longer-allowed');
  }
}

function refuse(request: IncomingMessage, error: unknown): void {
  const response = responseOn(request);
  const document = documentOf(error);
  const { headers = {}, retryAfter } = error instanceof Problem ? error : {};
  const wrong = unsendableIn(headers);
  response.writeHead(document.status, {
    ...Object.fromEntries(Object.entries(headers).filter(([name]) => !wrong.includes(name))),
    ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
    'content-type': 'application/problem+json; charset=utf-8',
    connection: 'close',
  });
  response.end(JSON.stringify(document));
}

/** As Node does where nobody listens for upgrades. A body cannot be read any more. */
function asRequest(server: Server, request: IncomingMessage): void {
  const response = responseOn(request);
  const hasBody =
    'transfer-encoding' in request.headers || Number(request.headers['content-length'] ?? 0) > 0;
  if (hasBody) response.writeHead(400, { connection: 'close' }).end();
  else server.emit('request', request, response);
}

function responseOn(request: IncomingMessage): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(request.socket);
  response.once('finish', () => {
    request.socket.end();
  });
  return response;
}
