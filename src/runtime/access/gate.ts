/** What a request to the runtime's endpoints passes in an application that did not set the server up: its origin, then who sends it. */
import { Injectable, Optional, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { OWN_BOOTSTRAP, type HttpRequest, type HttpResponse } from '../http/kernel/exchange.js';
import { guardOrigin } from '../http/kernel/origin.guard.js';
import { OriginPolicy } from '../http/kernel/origin-policy.js';
import { Access } from './access.js';
import { requiredScopeOf } from './required-scope.js';
import type { RequiredScope } from './scopes.js';

@Injectable()
export class Gate {
  constructor(
    @Optional() readonly policy: OriginPolicy = new OriginPolicy(),
    /** Undefined: nobody is asked. */
    @Optional() readonly access?: Access,
  ) {}

  /**
   * For a handler that asks by itself: Nest awaits a guard, which costs 5 % of the reads that a second serves. Returns a promise only where
   * something has to be waited for. Does nothing where the server itself has asked before it read the body.
   *
   * @throws MisdirectedRequest, ForeignOrigin; as `Access.admit`
   */
  admit(request: HttpRequest, response: HttpResponse, scope: RequiredScope): void | Promise<void> {
    if (request.server !== undefined && OWN_BOOTSTRAP in request.server) return;
    guardOrigin(this.policy, request, response);
    return this.access?.admit(request, scope);
  }

  /** Answers what it has admitted. @throws as `admit` */
  answer(
    request: HttpRequest,
    response: HttpResponse,
    scope: RequiredScope,
    answer: () => Promise<void> | undefined,
  ): Promise<void> | undefined {
    const admitted = this.admit(request, response, scope);
    return admitted === undefined ? answer() : admitted.then(answer);
  }
}

/**
 * Admits requests by the scope that `@RequireScope` gives to the handler or its controller; one without asks for `admin`. The runtime's own
 * controllers are bound to it. Guards of the application come first.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(@Optional() private readonly gate: Gate = new Gate()) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const http = context.switchToHttp();
    const scope = requiredScopeOf(context.getHandler(), context.getClass()) ?? 'admin';
    const admitted = this.gate.admit(http.getRequest<HttpRequest>(), http.getResponse<HttpResponse>(), scope);
    return admitted === undefined ? true : admitted.then(() => true);
  }
}
