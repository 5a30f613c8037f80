/** Who asks, and what they may do: `import { KeyAuthenticator } from 'leftfold/access'`. */

export { GrantedScopes, scopeFault, type RequiredScope, type Scope } from './scopes.js';
export { Access, type AccessOptions, type AccessRequest } from './access.js';
export { AccessGuard, Gate } from './gate.js';
export { RequireScope } from './required-scope.js';
export { callerOf, requireScope, type Caller } from './caller.js';
export type { Authenticator, Principal } from './principal.js';
export {
  CredentialsNotCheckable,
  CredentialsRequired,
  InvalidCredentials,
  ScopeMissing,
} from './access-problems.js';
export { KeyAuthenticator, type KeyAuthenticatorOptions } from './keys/key-authenticator.js';
export { JwtAuthenticator, type JwtAuthenticatorOptions } from './jwt/jwt-authenticator.js';
export { ClientKey, type ClientKeyOptions } from './client-key.js';
export {
  FailedAttempts,
  TooManyFailedAttempts,
  type Attempt,
  type FailedAttemptsOptions,
} from './failed-attempts.js';
