/** The WebSocket at `/push`. What is subscribed to on it asks for its own scope. */
import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import { PATHS, PROTOCOL_PATHS } from '../../kernel/paths.js';
import { SocketGateway, type SocketGatewayParts } from '../../sockets/socket-gateway.js';
import type { PushStreams } from '../push-streams.js';
import { MAX_CONNECTIONS, MAX_SUBSCRIPTIONS, PING_SECONDS, type PushOptions } from './push-options.js';
import { PushSocket } from './push-socket.js';

const OPEN_TO_ALL =
  'whoever passes the check of Host and Origin may subscribe at /push: guards of the application are not asked about an upgrade. ' +
  'Set http.access, or http.push.admit, which may also admit everybody';

export class PushGateway extends SocketGateway<PushSocket> {
  readonly #linkTo: (path: string) => string;
  readonly #maxSubscriptions: number;
  readonly #pingMs: number;

  constructor(
    parts: SocketGatewayParts,
    private readonly streams: PushStreams,
    {
      connections = MAX_CONNECTIONS,
      subscriptions = MAX_SUBSCRIPTIONS,
      pingSeconds = PING_SECONDS,
      admit,
    }: PushOptions,
  ) {
    const pingMs = 1_000 * pingSeconds;
    super(parts, {
      name: 'Push',
      part: 'http.push',
      path: `/${PROTOCOL_PATHS.push}`,
      otherPaths: [`/${PATHS.asyncApi}`],
      connections,
      pingMs,
      openToAll: OPEN_TO_ALL,
      admit,
    });
    this.#linkTo = (path) => parts.links.runtime(path);
    this.#maxSubscriptions = subscriptions;
    this.#pingMs = pingMs;
  }

  protected override requireScopes(): void {
    // Each subscription asks for its own.
  }

  protected override opened(webSocket: WebSocket, request: IncomingMessage): PushSocket {
    return new PushSocket(webSocket, request, {
      streams: this.streams,
      linkTo: this.#linkTo,
      maxSubscriptions: this.#maxSubscriptions,
      pingMs: this.#pingMs,
    });
  }
}
