/** Refuses requests that are not for this server or come from a page of another origin, on the controllers that it is bound to. */
import { Injectable, Optional, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { OWN_BOOTSTRAP, rawResponse, type HttpRequest, type HttpResponse } from './exchange.js';
import { OriginPolicy } from './origin-policy.js';
import type { IncomingMessage } from 'node:http';

/**
 * The runtime's own controllers are bound to it. For others: `@UseGuards(OriginGuard)`. HTTP only; a WebSocket gateway asks the
 * `OriginPolicy` about the request of its handshake.
 */
@Injectable()
export class OriginGuard implements CanActivate {
  constructor(@Optional() private readonly policy: OriginPolicy = new OriginPolicy()) {}

  /** @throws MisdirectedRequest, ForeignOrigin */
  canActivate(context: ExecutionContext): boolean {
    if (context.getType() !== 'http') return true;
    const http = context.switchToHttp();
    guardOrigin(this.policy, http.getRequest<HttpRequest>(), http.getResponse<HttpResponse>());
    return true;
  }
}

/** What the guard does, for a handler that calls it itself. @throws MisdirectedRequest, ForeignOrigin */
export function guardOrigin(policy: OriginPolicy, request: HttpRequest, response: HttpResponse): void {
  // There, every path is guarded before its body is read.
  if (request.server !== undefined && OWN_BOOTSTRAP in request.server) return;
  const { method, headers } = request;
  // Of Fastify's request, `raw`; Express's request is Node's.
  const { socket } = request.raw ?? (request as unknown as IncomingMessage);
  policy.check({ method, headers, socket });
  addHeaders(response, policy.headersFor(request));
}

/** An application with CORS of its own has set some already; they stay as they are. */
function addHeaders(response: HttpResponse, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    const present = response.getHeader(name);
    if (present !== undefined && name !== 'vary') continue;
    const text = present === undefined ? value : `${String(present)}, ${value}`;
    if ('raw' in response) response.header(name, text);
    else rawResponse(response).setHeader(name, text);
  }
}
