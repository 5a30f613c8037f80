/** Who asks, and how that is found out. */
import type { GrantedScopes } from './scopes.js';

/** Its id is in the metadata of every event that it records. */
export interface Principal {
  /** 1 to 255 characters, as in `key:till-1` or `jwt:alice`; the same for ever for the same person or program. */
  readonly id: string;
  readonly scopes: GrantedScopes;
}

/** Knows one kind of credentials that are sent as `Authorization: Bearer <token>`. */
export interface Authenticator {
  /**
   * Undefined: the token is of another kind.
   *
   * @throws InvalidCredentials when it is of this kind and does not count
   * @throws Problem of the kind `unavailable` when it cannot be checked now
   */
  authenticate(token: string): Principal | undefined | Promise<Principal | undefined>;
}
