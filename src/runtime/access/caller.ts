/** Who has sent a request, for handlers: kept beside the request once its credentials were looked at. */
import type { HttpRequest } from '../http/kernel/exchange.js';
import { CredentialsRequired, ScopeMissing } from './access-problems.js';
import { GrantedScopes, type RequiredScope } from './scopes.js';

export interface Caller {
  /** The id of the principal; undefined: no credentials were sent. */
  readonly principal: string | undefined;
  readonly scopes: GrantedScopes;
  /** Whether the request would also be admitted without credentials. */
  readonly anonymousMay: boolean;
  /**
   * Looks at the credentials again, for an answer that lasts. Undefined where none were sent.
   *
   * @param scope default: what the request asked for
   * @throws InvalidCredentials, ScopeMissing once they do not count any more; a Problem of the kind `unavailable` while that cannot be told
   */
  readonly renew?: (scope?: RequiredScope) => void | Promise<void>;
}

/** Of an application in which nobody is asked: its own guards have decided. */
export const ANYBODY: Caller = {
  principal: undefined,
  scopes: GrantedScopes.all,
  anonymousMay: true,
};

/** On Node's request, which every layer of a platform hands on. A `WeakMap` takes 1 µs more a request. */
const CALLER = Symbol('leftfold.caller');

interface Asked {
  [CALLER]?: Caller;
}

export function rememberCaller(request: Pick<HttpRequest, 'raw'>, caller: Caller): void {
  const asked = (request.raw ?? request) as Asked;
  asked[CALLER] = caller;
}

export function callerOf(request: Pick<HttpRequest, 'raw'>): Caller {
  const asked = (request.raw ?? request) as Asked;
  return asked[CALLER] ?? ANYBODY;
}

/** For what only a handler knows, such as the types of the events in a body. @throws CredentialsRequired, ScopeMissing */
export function requireScope(request: Pick<HttpRequest, 'raw'>, scope: RequiredScope): void {
  requireOf(callerOf(request), scope);
}

/** @throws CredentialsRequired, ScopeMissing */
export function requireOf({ principal, scopes }: Caller, scope: RequiredScope): void {
  if (scopes.allows(scope)) return;
  throw principal === undefined ? new CredentialsRequired(scope) : new ScopeMissing(principal, scope);
}
