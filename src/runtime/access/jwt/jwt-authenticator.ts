/** Knows the JWTs of one issuer. */
import type { Authenticator, Principal } from '../principal.js';

export interface JwtAuthenticatorOptions {
  /** What the claim `iss` must be. */
  readonly issuer: string;
  /** What the claim `aud` must be, or have in its list. */
  readonly audience: string;
  /** Where the issuer publishes its keys: `https:`, or `http:` on a loopback address. */
  readonly jwks: URL;
}

export class JwtAuthenticator implements Authenticator {
  constructor(readonly options: JwtAuthenticatorOptions) {}

  authenticate(): Promise<Principal | undefined> {
    return Promise.resolve(undefined);
  }
}
