/** Finds out who sends a request, and whether it may be sent. */
import type { IncomingMessage } from 'node:http';
import type { HttpRequest } from '../http/kernel/exchange.js';
import { InvalidCredentials } from './access-problems.js';
import { rememberCaller, requireOf } from './caller.js';
import type { Attempt, FailedAttempts } from './failed-attempts.js';
import type { Authenticator, Principal } from './principal.js';
import { GrantedScopes, type RequiredScope } from './scopes.js';

/** What a request is judged by. An upgrade to WebSocket has the same parts. */
export type AccessRequest = Attempt;

export interface AccessOptions {
  /** Asked in this order, until one knows the token. */
  readonly authenticators?: readonly Authenticator[];
  /**
   * Instead of or before the authenticators: who the application's own guards have found, as in `({ user }) => user && { id: user.id, scopes: … }`.
   * Undefined: nobody that it knows.
   */
  readonly principal?: (request: HttpRequest) => Principal | undefined | Promise<Principal | undefined>;
  /** What those may do who send no credentials. Default: nothing. */
  readonly anonymous?: GrantedScopes | readonly string[];
  /** Limits how often an address may send credentials that do not count. Default: no limit. */
  readonly attempts?: Pick<FailedAttempts, 'check' | 'failed'>;
}

interface Found {
  /** Undefined: no credentials were sent. */
  readonly principal?: string;
  readonly scopes: GrantedScopes;
  /** What an authenticator has found it by. */
  readonly authorization?: string;
}

const MAX_TOKEN_LENGTH = 16 * 1024;

export class Access {
  readonly anonymous: GrantedScopes;
  readonly #isFree: boolean;
  readonly #authenticators: readonly Authenticator[];
  readonly #attempts: AccessOptions['attempts'];
  readonly #principal: AccessOptions['principal'];

  /** @throws RangeError when `anonymous` has what is no scope */
  constructor({
    authenticators = [],
    principal,
    anonymous = GrantedScopes.none,
    attempts,
  }: AccessOptions = {}) {
    this.anonymous = anonymous instanceof GrantedScopes ? anonymous : new GrantedScopes(anonymous);
    this.#isFree = !this.asks && principal === undefined;
    this.#authenticators = authenticators;
    this.#principal = principal;
    this.#attempts = attempts;
  }

  /** Whether anybody may be refused who sends no credentials. */
  get asks(): boolean {
    return !this.anonymous.allows('admin');
  }

  /** Whether there is nothing to ask: everybody may do everything, and no credentials were sent. */
  letsBy({ headers }: Pick<AccessRequest, 'headers'>): boolean {
    return headers.authorization === undefined && this.#isFree;
  }

  /**
   * Returns nothing, rather than a promise, wherever nothing has to be waited for.
   *
   * @throws CredentialsRequired, InvalidCredentials, ScopeMissing; a Problem of the kind `too-many-requests` or `unavailable`
   */
  admit(request: HttpRequest, scope: RequiredScope): void | Promise<void> {
    const caller = scope === 'public' ? this.#anyCallerOf(request) : this.#callerOf(request);
    if (caller instanceof Promise) {
      return caller.then((found) => {
        this.#requireScope(request, found, scope);
      });
    }
    this.#requireScope(request, caller, scope);
  }

  /**
   * Finds out who it is, for a connection over which scopes are asked for later on.
   *
   * @throws InvalidCredentials; a Problem of the kind `too-many-requests` or `unavailable`
   */
  identify(request: HttpRequest): void | Promise<void> {
    const caller = this.#callerOf(request);
    if (!(caller instanceof Promise)) {
      this.#requireScope(request, caller, 'public');
      return undefined;
    }
    return caller.then((found) => {
      this.#requireScope(request, found, 'public');
    });
  }

  /** What is for everybody is answered whatever the credentials, and while they cannot be checked. */
  #anyCallerOf(request: HttpRequest): Found | Promise<Found> {
    const nobody = { scopes: this.anonymous };
    try {
      const found = this.#callerOf(request);
      return found instanceof Promise ? found.catch(() => nobody) : found;
    } catch {
      return nobody;
    }
  }

  #callerOf(request: HttpRequest): Found | Promise<Found> {
    const message = request.raw ?? (request as unknown as IncomingMessage);
    if (this.#principal === undefined) return this.#authenticated(message);
    const found = this.#principal(request);
    const orElse = (principal: Principal | undefined): Found | Promise<Found> =>
      principal === undefined ? this.#authenticated(message) : this.#known(principal);
    return found instanceof Promise ? found.then(orElse) : orElse(found);
  }

  #authenticated(request: AccessRequest): Found | Promise<Found> {
    const { authorization } = request.headers;
    if (authorization === undefined) return { scopes: this.anonymous };
    this.#attempts?.check(request);
    try {
      const found = this.#find(tokenIn(authorization), 0);
      if (!(found instanceof Promise)) return { ...found, authorization };
      return found.then(
        (known) => ({ ...known, authorization }),
        (error: unknown) => this.#refuse(error, request),
      );
    } catch (error) {
      return this.#refuse(error, request);
    }
  }

  #find(token: string, index: number): Found | Promise<Found> {
    const authenticator = this.#authenticators[index];
    if (authenticator === undefined)
      throw new InvalidCredentials('The credentials are of no kind that is known here.');
    const found = authenticator.authenticate(token);
    const orNext = (principal: Principal | undefined): Found | Promise<Found> =>
      principal === undefined ? this.#find(token, index + 1) : this.#known(principal);
    return found instanceof Promise ? found.then(orNext) : orNext(found);
  }

  #known({ id, scopes }: Principal): Found {
    return { principal: id, scopes };
  }

  #requireScope(
    request: HttpRequest,
    { principal, scopes, authorization }: Found,
    scope: RequiredScope,
  ): void {
    const anonymousMay = this.anonymous.allows(scope);
    const caller = { principal, scopes, anonymousMay };
    rememberCaller(request, {
      ...caller,
      ...(authorization !== undefined && { renew: (asked = scope) => this.#renew(authorization, asked) }),
    });
    requireOf(caller, scope);
  }

  /** Is no attempt: whoever holds a stream does not guess. */
  #renew(authorization: string, scope: RequiredScope): void | Promise<void> {
    const found = this.#find(tokenIn(authorization), 0);
    const check = ({ principal, scopes }: Found): void => {
      requireOf({ principal, scopes, anonymousMay: false }, scope);
    };
    if (found instanceof Promise) return found.then(check);
    check(found);
  }

  #refuse(error: unknown, request: AccessRequest): never {
    if (error instanceof InvalidCredentials) this.#attempts?.failed(request);
    throw error;
  }
}

/** @throws InvalidCredentials */
function tokenIn(authorization: string): string {
  const token = /^bearer +([\w.~+/-]+=*) *$/i.exec(authorization)?.[1];
  if (token === undefined || token.length > MAX_TOKEN_LENGTH)
    throw new InvalidCredentials('Authorization has another form than Bearer and one token.');
  return token;
}
