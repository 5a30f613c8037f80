/** The WebSocket at `/inspect`, for Stately's inspector. It shows all states and events, so it asks for what each of them asks for. */
import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import { callerOf, requireOf } from '../../access/caller.js';
import type { RequiredScope } from '../../access/scopes.js';
import type { ProjectionHost } from '../../projection/projection-host.js';
import { PATHS } from '../kernel/paths.js';
import { SocketGateway, type SocketGatewayParts } from '../sockets/socket-gateway.js';
import { MAX_INSPECTORS, type InspectOptions } from './inspect-options.js';
import { InspectSocket } from './inspect-socket.js';
import { Inspection } from './inspection.js';

const OPEN_TO_ALL =
  'whoever passes the check of Host and Origin sees all states and events at /inspect: guards of the application are not asked about an upgrade. ' +
  'Set http.access, or http.inspect.admit, which may also admit everybody';

const PING_MS = 15_000;

export class InspectGateway extends SocketGateway<InspectSocket> {
  readonly #inspection: Inspection;

  constructor(
    parts: SocketGatewayParts,
    private readonly projections: ProjectionHost,
    { connections = MAX_INSPECTORS, admit }: InspectOptions,
  ) {
    super(parts, {
      name: 'Inspect',
      part: 'http.inspect',
      path: `/${PATHS.inspect}`,
      otherPaths: [],
      connections,
      pingMs: PING_MS,
      openToAll: OPEN_TO_ALL,
      admit,
    });
    this.#inspection = new Inspection(projections);
  }

  protected override requireScopes(request: IncomingMessage): void {
    const caller = callerOf({ raw: request });
    for (const scope of this.#scopes) requireOf(caller, scope);
  }

  protected override async renew(request: IncomingMessage): Promise<void> {
    const { renew } = callerOf({ raw: request });
    if (renew === undefined) return;
    for (const scope of this.#scopes) await renew(scope);
  }

  protected override opened(webSocket: WebSocket): InspectSocket {
    return new InspectSocket(webSocket, this.#inspection, PING_MS);
  }

  get #scopes(): readonly RequiredScope[] {
    const queries = this.projections.all.map(({ name }) => `query:${name}` as const);
    return ['operate', 'events:read', ...queries];
  }
}
