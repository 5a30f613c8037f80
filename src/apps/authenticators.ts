/** How the settings say who may ask: the key file, the issuer of JWTs, and what those may who name nobody. */
import { KeyAuthenticator } from '../runtime/access/keys/key-authenticator.js';
import { KeyFileUnusable, readKeyFile, stateOf } from '../runtime/access/keys/key-file.js';
import { JwtAuthenticator } from '../runtime/access/jwt/jwt-authenticator.js';
import type { Authenticator } from '../runtime/access/principal.js';
import { GrantedScopes } from '../runtime/access/scopes.js';
import { isLoopback } from './network-settings.js';
import { InvalidSetting, type Settings } from './settings.js';

type AccessSettings = Pick<Settings, 'host' | 'tlsProxy' | 'keys' | 'jwt' | 'anonymous'>;

/** @throws InvalidSetting when the key file cannot be used */
export function authenticatorsOf({ host, tlsProxy, keys: path, jwt, anonymous }: AccessSettings): {
  readonly authenticators: readonly Authenticator[];
  readonly anonymous: GrantedScopes;
} {
  const keys = usable(() => new KeyAuthenticator({ path }));
  // What a proxy on this machine hands on comes from a network.
  const isLocal = isLoopback(host) && !tlsProxy;
  return {
    authenticators: jwt === undefined ? [keys] : [keys, new JwtAuthenticator(jwt)],
    anonymous: anonymous ?? (isLocal ? GrantedScopes.all : GrantedScopes.none),
  };
}

/**
 * Whether anybody can name themselves: with a key that is neither revoked nor expired, or with a JWT.
 *
 * @throws InvalidSetting when the key file cannot be used
 */
export function hasCredentials({ keys: path, jwt }: Pick<Settings, 'keys' | 'jwt'>): boolean {
  const keys = usable(() => readKeyFile(path)?.keys ?? []);
  return jwt !== undefined || keys.some((key) => stateOf(key, Date.now()) === 'valid');
}

function usable<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof KeyFileUnusable) throw new InvalidSetting('LEFTFOLD_KEYS', error.message);
    throw error;
  }
}
