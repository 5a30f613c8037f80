/** Requests that are refused for who sends them. No text of them has any part of a credential. */
import { Problem } from '../http/kernel/problem.js';
import type { RequiredScope } from './scopes.js';

/** What a scope may have in a challenge (RFC 6750, section 3). A type of events, which the body of a request gives, may have more. */
const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

const HOW = 'Send Authorization: Bearer <key or token>; `leftfold keys create` makes a key.';

/** Nobody is named, and not everybody may do it. Answered with `WWW-Authenticate: Bearer`. */
export class CredentialsRequired extends Problem {
  constructor(readonly scope: RequiredScope) {
    super(
      'unauthorized',
      'credentials-required',
      'Credentials are required',
      `This asks for the scope ${scope}. ${HOW}`,
      { headers: { 'www-authenticate': 'Bearer' } },
    );
  }
}

/** What was sent does not count. Answered with `WWW-Authenticate: Bearer error="invalid_token"` (RFC 6750, 3.1). */
export class InvalidCredentials extends Problem {
  /** @param reason a sentence that does not repeat what was sent: `The key has expired.` */
  constructor(reason: string, options?: ErrorOptions) {
    super('unauthorized', 'invalid-credentials', 'The credentials are not valid', `${reason} ${HOW}`, {
      ...options,
      headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
    });
  }
}

/** Whether what was sent counts cannot be told now. It is no `401`: the same credentials may count again later. */
export class CredentialsNotCheckable extends Problem {
  /** @param retryAfter in seconds */
  constructor(detail: string, retryAfter: number, options?: ErrorOptions) {
    super('unavailable', 'credentials-not-checkable', 'Credentials cannot be checked now', detail, {
      ...options,
      retryAfter,
    });
  }
}

/** Answered with `WWW-Authenticate: Bearer error="insufficient_scope"` (RFC 6750, 3.1), which names the scope where a header can have it. */
export class ScopeMissing extends Problem {
  constructor(
    principal: string,
    readonly scope: RequiredScope,
  ) {
    const detail = `${principal} does not have the scope ${scope}.`;
    const named = SCOPE_TOKEN.test(scope) ? `, scope="${scope}"` : '';
    super('forbidden', 'scope-missing', 'The scope is missing', detail, {
      extensions: { scope },
      headers: { 'www-authenticate': `Bearer error="insufficient_scope"${named}` },
    });
  }
}
