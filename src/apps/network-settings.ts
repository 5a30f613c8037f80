/** What an app needs before it serves others than its own machine: TLS and credentials. */
import { isIP } from 'node:net';
import { InvalidSetting } from '../runtime/invalid-setting.js';

/** Absolute paths of files in PEM. */
export interface TlsPaths {
  /** The certificate, followed by those of the authorities between it and a root. */
  readonly cert: string;
  readonly key: string;
}

export interface NetworkSettings {
  readonly host: string;
  /** Undefined: it is served without TLS. */
  readonly tls: TlsPaths | undefined;
  /** A proxy ends TLS, and says in `X-Forwarded-For` where requests come from. */
  readonly tlsProxy: boolean;
}

const UNLESS =
  'must be a loopback address (127.0.0.1, ::1 or localhost), unless there are credentials and TLS';
const MAKE_CREDENTIALS =
  'make a key with "leftfold keys create", or set LEFTFOLD_JWT_ISSUER, LEFTFOLD_JWT_AUDIENCE and LEFTFOLD_JWT_JWKS';

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/**
 * @throws InvalidSetting for a certificate without its key, or the other way round; for an address of a network to which credentials would
 *   be sent in clear text
 */
export function networkSettings(
  host: string,
  [cert, key]: readonly [cert: string | undefined, key: string | undefined],
  tlsProxy: boolean,
): NetworkSettings {
  const tls = tlsPaths(cert, key);
  if (isLoopback(host) || tls !== undefined || tlsProxy) return { host, tls, tlsProxy };
  throw new InvalidSetting(
    'HOST',
    `${UNLESS}: set LEFTFOLD_TLS_CERT and LEFTFOLD_TLS_KEY, or LEFTFOLD_TLS_PROXY=on where a proxy ends TLS (it is ${JSON.stringify(host)})`,
  );
}

function tlsPaths(cert: string | undefined, key: string | undefined): TlsPaths | undefined {
  if (cert !== undefined && key !== undefined) return { cert, key };
  if (cert === undefined && key === undefined) return undefined;
  const [missing, given] = cert === undefined ? ['CERT', 'KEY'] : ['KEY', 'CERT'];
  throw new InvalidSetting(
    `LEFTFOLD_TLS_${missing}`,
    `must be set with LEFTFOLD_TLS_${given}: TLS needs a certificate and its key`,
  );
}

/**
 * A proxy on this machine hands on what others send, so it counts as an address of a network.
 *
 * @param has whether any credentials count
 * @throws InvalidSetting when others could reach the app and none do
 */
export function requireCredentials({ host, tlsProxy }: NetworkSettings, has: boolean): void {
  if (has) return;
  if (!isLoopback(host))
    throw new InvalidSetting('HOST', `${UNLESS}: ${MAKE_CREDENTIALS} (it is ${JSON.stringify(host)})`);
  if (tlsProxy)
    throw new InvalidSetting('LEFTFOLD_TLS_PROXY', `must be off without credentials: ${MAKE_CREDENTIALS}`);
}
