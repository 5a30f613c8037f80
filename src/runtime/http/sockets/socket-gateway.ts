/** A WebSocket on the server of the application: asks who opens it, bounds how many are open, and closes all of them when the server stops. */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnModuleInit,
} from '@nestjs/common';
import type { HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import type { WebSocket, WebSocketServer } from 'ws';
import { callerOf } from '../../access/caller.js';
import type { Gate } from '../../access/gate.js';
import { LogClosed } from '../../event-log/errors.js';
import { UPGRADE_GATE, type HttpRequest } from '../kernel/exchange.js';
import type { Links } from '../kernel/links.js';
import { Problem } from '../kernel/problem.js';
import {
  refuseSecondRoutes,
  requireNoGatewayAt,
  requireOneRouteEach,
  type Part,
} from './socket-collisions.js';
import { TooManyConnections } from './socket-problems.js';
import { answerOtherUpgrades, refuse, takeToken } from './upgrade-answers.js';
import { takeUpgrades } from './upgrades.js';

const MAX_CHECK_INTERVAL_MS = 5_000;

/** Of a message of a client. A longer one closes the connection with 1009. */
export const MAX_MESSAGE_BYTES = 64 * 1024;

/** What is spoken, where a client names it; a browser does so to send a token beside it. */
export const SUBPROTOCOL = 'leftfold';

/** What a WebSocket of the runtime is made with. */
export interface SocketGatewayParts {
  readonly host: HttpAdapterHost;
  readonly links: Links;
  readonly gate: Gate;
  readonly container: ModulesContainer;
}

export interface SocketGatewayOptions {
  /** In log lines. */
  readonly name: string;
  readonly part: Part;
  /** Of the WebSocket, as `/push`. */
  readonly path: string;
  /** What else the part serves by `GET`. */
  readonly otherPaths: readonly string[];
  readonly connections: number;
  readonly pingMs: number;
  /** What is logged at the start where nobody is asked who opens it. */
  readonly openToAll: string;
  readonly admit: ((request: IncomingMessage) => void | Promise<void>) | undefined;
}

/** What is behind one connection. */
export interface OpenedSocket {
  /** Bytes that wait for the client beyond what the system holds. */
  readonly waitingBytes: number;
  /** Pings that are due. */
  check(): void;
  close(code: number, reason: string): void;
  onClose(callback: () => void): void;
}

export abstract class SocketGateway<Socket extends OpenedSocket>
  implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown
{
  readonly #sockets = new Map<Socket, IncomingMessage>();
  #webSockets: WebSocketServer | undefined;
  #pending = 0;
  #checking: NodeJS.Timeout | undefined;
  #isStopping = false;

  constructor(
    private readonly parts: SocketGatewayParts,
    private readonly settings: SocketGatewayOptions,
  ) {
    // A testing module gets its adapter after its providers.
    parts.host.init$.subscribe(() => {
      const adapter = this.#adapter;
      if (adapter !== null) refuseSecondRoutes(adapter, settings.part, () => this.#paths);
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

  /** @param request that of the upgrade, with its caller remembered */
  protected abstract opened(webSocket: WebSocket, request: IncomingMessage): Socket;

  /** Whether who was found may have the connection. @throws Problem */
  protected abstract requireScopes(request: IncomingMessage): void;

  /** Whether the credentials still count. @throws Problem */
  protected async renew(request: IncomingMessage): Promise<void> {
    await callerOf({ raw: request }).renew?.();
  }

  /** All routes are registered by now. @throws Error when the application serves one of the paths itself */
  onModuleInit(): void {
    const adapter = this.#adapter;
    if (adapter !== null) requireOneRouteEach(adapter, this.settings.part, this.#paths);
  }

  /** @throws Error when a gateway of the application has the path */
  async onApplicationBootstrap(): Promise<void> {
    const adapter = this.#adapter;
    // An application context serves nothing.
    if (adapter === null) return;
    const { name, part, admit, openToAll, pingMs } = this.settings;
    requireNoGatewayAt(this.#path, part, this.parts.container);
    if (admit === undefined && this.#gate.access === undefined) new Logger(name).warn(openToAll);
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
    answerOtherUpgrades(server);
    this.#checking = setInterval(
      () => {
        this.check();
      },
      Math.min(MAX_CHECK_INTERVAL_MS, pingMs),
    ).unref();
  }

  /** Pings that are due, and clients that are gone or whose credentials have ended. Done every five seconds, or as often as clients are pinged. @internal */
  check(): void {
    for (const [socket, request] of this.#sockets) {
      socket.check();
      void this.#closeUnlessRenewed(socket, request);
    }
  }

  beforeApplicationShutdown(): void {
    this.#isStopping = true;
    clearInterval(this.#checking);
    this.closeAll();
  }

  /** @internal */
  closeAll(): void {
    for (const socket of this.#sockets.keys()) socket.close(1001, 'server-stopping');
  }

  get #adapter(): HttpAdapterHost['httpAdapter'] | null {
    return this.parts.host.httpAdapter as HttpAdapterHost['httpAdapter'] | null;
  }

  #isAsked({ url = '', headers }: IncomingMessage): boolean {
    const [pathname] = url.split('?', 1);
    const isWebSocket = headers.upgrade?.toLowerCase() === 'websocket';
    return isWebSocket && pathname === this.#path;
  }

  get #path(): string {
    return this.parts.links.runtime(this.settings.path);
  }

  get #paths(): readonly string[] {
    const { path, otherPaths } = this.settings;
    return [path, ...otherPaths].map((each) => this.parts.links.runtime(each));
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
      const opened = this.opened(webSocket, request);
      this.#sockets.set(opened, request);
      opened.onClose(() => this.#sockets.delete(opened));
      if (this.#isStopping) opened.close(1001, 'server-stopping');
    });
  }

  /** @throws Problem */
  async #admit(request: IncomingMessage): Promise<void> {
    if (this.#isStopping) throw new LogClosed();
    const { connections, admit } = this.settings;
    if (this.#sockets.size + this.#pending > connections) throw new TooManyConnections(connections);
    const { policy, access } = this.#gate;
    policy.check(request);
    takeToken(request);
    await admit?.(request);
    await access?.identify(request as unknown as HttpRequest);
    this.requireScopes(request);
  }

  async #closeUnlessRenewed(socket: Socket, request: IncomingMessage): Promise<void> {
    try {
      await this.renew(request);
    } catch (error) {
      // While it cannot be told, what was allowed goes on.
      if (error instanceof Problem && error.kind !== 'unavailable') socket.close(1008, 'no-longer-allowed');
    }
  }

  /** Where the server asks before every request, it asks upgrades by the same. */
  get #gate(): Pick<Gate, 'policy' | 'access'> {
    const instance = this.parts.host.httpAdapter.getInstance<{ readonly [UPGRADE_GATE]?: Gate }>();
    return instance[UPGRADE_GATE] ?? this.parts.gate;
  }
}
