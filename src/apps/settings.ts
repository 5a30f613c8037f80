/** The settings of the app, read from the environment and validated once. The README lists them. A context reads its own settings. */
import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { ConsoleOptions } from '../runtime/console/console-options.js';
import { clientKeyIn, keysOverHttpIn, type ClientKey } from '../runtime/access/client-key.js';
import { jwksFault } from '../runtime/access/safe-urls.js';
import { GrantedScopes, scopeFault } from '../runtime/access/scopes.js';
import { DEFAULT_MAX_CHUNK_BYTES } from '../runtime/http/kernel/thread-turns.js';
import { InvalidSetting } from '../runtime/invalid-setting.js';
import { hostFault, originFault } from '../runtime/http/kernel/origin-policy.js';
import { DEFAULT_LEASE_SECONDS } from '../runtime/stores/drivers.js';
import { remoteUrl } from '../runtime/stores/remote/remote.driver.js';
import { urlWithoutPassword } from '../runtime/stores/postgres/postgres.driver.js';
import { isLoopback, networkSettings, type NetworkSettings } from './network-settings.js';

export { InvalidSetting };

/** The URL of a PostgreSQL database, with the user and password to connect with. */
export type PostgresUrl = `${'postgres' | 'postgresql'}://${string}`;

export type Environment = Readonly<Record<string, string | undefined>>;

/** The URL of a log server. */
export type RemoteUrl = `${'http' | 'https'}://${string}`;

/** What can be started. */
export const APPS = ['monolith', 'log', 'context'] as const;
export type AppName = (typeof APPS)[number];

export interface Settings extends NetworkSettings {
  readonly app: AppName;
  /** The names of the contexts that a log or context app has; the monolith has all. */
  readonly contexts: readonly string[];
  /** Whether the log is served as it is stored, for remote stores. The log app always does. */
  readonly commits: boolean;
  /** The page at `/console`, if it is served. */
  readonly console: false | ConsoleOptions;
  /** Whether Stately's inspector can be connected at `/inspect`. */
  readonly inspect: boolean;
  readonly port: number;
  /** The most connections at a time. */
  readonly connections: number;
  /** Which contexts other servers have, and where: their requests are handed on. */
  readonly forward: ReadonlyMap<string, string>;
  /** Further names by which requests may address the server. */
  readonly hosts: readonly string[];
  /** Origins whose pages may read and write. */
  readonly origins: readonly string[];
  /** An absolute path. */
  readonly data: string;
  readonly store: 'lmdb' | 'memory' | PostgresUrl | RemoteUrl;
  /** Where entity projections keep their entities: in the data folder or in a database. */
  readonly entities: 'data' | PostgresUrl;
  /** What the names of their schemas in a database begin with. */
  readonly entitiesPrefix: string | undefined;
  /** Seconds after which another process may take a log in LMDB from a writer that is not heard of. */
  readonly leaseSeconds: number;
  /** How many events apart each projection takes a snapshot. */
  readonly snapshotEvery: number;
  /** Seconds after which a snapshot is taken if there is any new event. */
  readonly snapshotSeconds: number;
  /** Events between two kept snapshots, and so the most events that a past state is folded from. */
  readonly snapshotSpacing: number;
  /** The most bytes that the snapshots of one projection may take on the disk. */
  readonly snapshotBytes: number;
  /** Identifies the build of the program. Undefined: a digest of its code. */
  readonly build: string | undefined;
  /** Minutes between two audits of all projections; 0: only on request. */
  readonly auditMinutes: number;
  /** The file of API keys: an absolute path. */
  readonly keys: string;
  /** Whose JWTs count. Undefined: nobody's. */
  readonly jwt: JwtSettings | undefined;
  /** What those may who send no credentials. Undefined: everything on a loopback address, nothing elsewhere. */
  readonly anonymous: GrantedScopes | undefined;
  /** Sent to log servers and other servers of Leftfold. */
  readonly key: ClientKey | undefined;
  /** Whether a key, or what a client has sent, may go over `http:` to another machine. */
  readonly keysOverHttp: boolean;
  /** The most bytes of long answers that are produced and not yet sent. */
  readonly streamBytes: number;
}

export interface JwtSettings {
  readonly issuer: string;
  readonly audience: string;
  readonly jwks: URL;
}

const whole = (min: number, max: number): z.ZodType<number> => {
  const right = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, right)
    .transform(Number)
    .refine((number) => number >= min && number <= max, right);
};

/** Whether the text is a scheme, a host and perhaps a port, and nothing else. */
export function isOrigin(text: string): boolean {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return false;
  const { pathname, search, hash, username, password } = new URL(text);
  return pathname === '/' && search + hash + username + password === '';
}

function forwardFault(item: string): string | undefined {
  const [name = '', url = '', ...rest] = item.split('=');
  if (name !== '' && rest.length === 0 && isOrigin(url)) return undefined;
  return 'must name contexts and the servers that have them, as in product=http://127.0.0.1:3002';
}

/** Of an item that has no fault: the name of a context, and the origin of its server. */
function forwardedIn(item: string): [string, string] {
  const [name = '', url = ''] = item.split('=', 2);
  return [name, new URL(url).origin];
}

/** A list, separated by commas. */
const list = (faultOf: (item: string) => string | undefined): z.ZodType<readonly string[], string> =>
  z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== ''),
    )
    .superRefine((items, context) => {
      const message = items.map(faultOf).find((fault) => fault !== undefined);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    });

const onOrOff = z.enum(['on', 'off'], 'must be on or off').transform((text) => text === 'on');

const path = z.string().transform((text) => resolve(text));

const settings = {
  LEFTFOLD_APP: z.enum(APPS, `must be one of ${APPS.join(', ')}`).default('monolith'),
  LEFTFOLD_CONTEXTS: list(() => undefined).prefault(''),
  LEFTFOLD_FORWARD: list(forwardFault)
    .transform((items) => new Map(items.map(forwardedIn)))
    .prefault(''),
  LEFTFOLD_COMMITS: onOrOff.prefault('off'),
  LEFTFOLD_CONSOLE: onOrOff.optional(),
  LEFTFOLD_INSPECT: onOrOff.prefault('off'),
  LEFTFOLD_ENVIRONMENT: z
    .string()
    .regex(/^[^\p{Cc}]{1,40}$/u, 'must be a name of at most 40 characters, as in production')
    .optional(),
  PORT: whole(0, 65_535).default(3000),
  HOST: z.string().default('127.0.0.1'),
  LEFTFOLD_TLS_CERT: path.optional(),
  LEFTFOLD_TLS_KEY: path.optional(),
  LEFTFOLD_TLS_PROXY: onOrOff.prefault('off'),
  // Measured on Node 20: a connection with TLS takes 43 kB of memory, so these are 0.4 GB.
  LEFTFOLD_CONNECTIONS: whole(1, 1_000_000).default(10_000),
  LEFTFOLD_HOSTS: list(hostFault).prefault(''),
  LEFTFOLD_ORIGINS: list(originFault).prefault(''),
  LEFTFOLD_DATA: path.prefault('./data'),
  LEFTFOLD_STORE: z
    .custom<Settings['store'] | 'memory:'>(
      (store) => store === 'memory:' || isStore(store),
      'must be lmdb, memory, or the URL of a database or a log server, as in postgres://user:password@localhost:5432/database or http://127.0.0.1:3000',
    )
    .default('lmdb')
    // In the library it is `memory:`, one of several URLs.
    .transform((store): Settings['store'] => (store === 'memory:' ? 'memory' : store)),
  LEFTFOLD_ENTITIES: z
    .custom<Settings['entities']>(
      (text) => text === 'data' || (typeof text === 'string' && isPostgres(text)),
      'must be data, or the URL of a database, as in postgres://user:password@localhost:5432/database',
    )
    .optional(),
  LEFTFOLD_ENTITIES_PREFIX: z
    .string()
    .regex(/^[a-z_][a-z0-9_]{0,30}$/, 'must have up to 31 of a-z, 0-9 and _, and begin with no digit')
    .optional(),
  LEFTFOLD_LEASE_SECONDS: whole(1, 3600).default(DEFAULT_LEASE_SECONDS),
  LEFTFOLD_SNAPSHOT_EVERY: whole(1, 1_000_000_000).default(1000),
  LEFTFOLD_SNAPSHOT_SECONDS: whole(1, 86_400).default(10),
  LEFTFOLD_SNAPSHOT_SPACING: whole(1, 1_000_000_000).default(10_000),
  LEFTFOLD_SNAPSHOT_BYTES: whole(1, 999_999_999_999_999).default(1024 ** 3),
  LEFTFOLD_STREAM_BYTES: whole(1, 999_999_999_999_999).default(DEFAULT_MAX_CHUNK_BYTES),
  LEFTFOLD_BUILD: z
    .string()
    .regex(/^\S{1,200}$/, 'must be a text without spaces of at most 200 characters, such as a commit id')
    .optional(),
  LEFTFOLD_KEYS: z
    .string()
    .transform((path) => resolve(path))
    .optional(),
  LEFTFOLD_JWT_ISSUER: z.string().optional(),
  LEFTFOLD_JWT_AUDIENCE: z.string().optional(),
  LEFTFOLD_JWT_JWKS: z
    .string()
    .superRefine((text, context) => {
      const message = jwksFault(text);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    })
    .optional(),
  LEFTFOLD_ANONYMOUS: list((item) => (item === 'none' ? undefined : scopeFault(item)))
    .refine(
      (items) => items.length > 0 && (items.length === 1 || !items.includes('none')),
      'must be scopes, separated by commas, or none alone',
    )
    .transform((items) => new GrantedScopes(items.filter((item) => item !== 'none')))
    .optional(),
  LEFTFOLD_AUDIT_MINUTES: whole(0, 20_160).default(1440), // a Node timer is limited to some 24 days
};

/**
 * Reads all settings. An empty variable counts as unset.
 *
 * @throws InvalidSetting
 */
export function readSettings(environment: Environment): Settings {
  const read = <Name extends keyof typeof settings>(name: Name): z.output<(typeof settings)[Name]> => {
    const text = environment[name];
    const parsed = settings[name].safeParse(text === '' ? undefined : text);
    if (parsed.success) return parsed.data as z.output<(typeof settings)[Name]>;
    throw new InvalidSetting(
      name,
      `${parsed.error.issues[0]?.message ?? 'is wrong'} (it is ${JSON.stringify(withoutSecret(text))})`,
    );
  };
  const store = read('LEFTFOLD_STORE');
  const data = read('LEFTFOLD_DATA');
  const network = networkSettings(
    read('HOST'),
    [read('LEFTFOLD_TLS_CERT'), read('LEFTFOLD_TLS_KEY')],
    read('LEFTFOLD_TLS_PROXY'),
  );
  const environmentName = read('LEFTFOLD_ENVIRONMENT');
  return {
    app: read('LEFTFOLD_APP'),
    contexts: read('LEFTFOLD_CONTEXTS'),
    commits: read('LEFTFOLD_COMMITS'),
    console:
      (read('LEFTFOLD_CONSOLE') ?? (isLoopback(network.host) && !network.tlsProxy)) &&
      (environmentName === undefined ? {} : { environment: environmentName }),
    inspect: read('LEFTFOLD_INSPECT'),
    port: read('PORT'),
    ...network,
    connections: read('LEFTFOLD_CONNECTIONS'),
    forward: read('LEFTFOLD_FORWARD'),
    hosts: read('LEFTFOLD_HOSTS'),
    origins: read('LEFTFOLD_ORIGINS'),
    data,
    store,
    entities: read('LEFTFOLD_ENTITIES') ?? (isPostgres(store) ? store : 'data'),
    entitiesPrefix: read('LEFTFOLD_ENTITIES_PREFIX'),
    leaseSeconds: read('LEFTFOLD_LEASE_SECONDS'),
    snapshotEvery: read('LEFTFOLD_SNAPSHOT_EVERY'),
    snapshotSeconds: read('LEFTFOLD_SNAPSHOT_SECONDS'),
    snapshotSpacing: read('LEFTFOLD_SNAPSHOT_SPACING'),
    snapshotBytes: read('LEFTFOLD_SNAPSHOT_BYTES'),
    build: read('LEFTFOLD_BUILD'),
    auditMinutes: read('LEFTFOLD_AUDIT_MINUTES'),
    streamBytes: read('LEFTFOLD_STREAM_BYTES'),
    keys: read('LEFTFOLD_KEYS') ?? join(data, 'keys.json'),
    jwt: jwtSettings({
      LEFTFOLD_JWT_ISSUER: read('LEFTFOLD_JWT_ISSUER'),
      LEFTFOLD_JWT_AUDIENCE: read('LEFTFOLD_JWT_AUDIENCE'),
      LEFTFOLD_JWT_JWKS: read('LEFTFOLD_JWT_JWKS'),
    }),
    anonymous: read('LEFTFOLD_ANONYMOUS'),
    key: clientKeyIn(environment),
    keysOverHttp: keysOverHttpIn(environment),
  };
}

/** @throws InvalidSetting that names the one that is missing, unless there are all or none */
function jwtSettings(
  given: Readonly<
    Record<'LEFTFOLD_JWT_ISSUER' | 'LEFTFOLD_JWT_AUDIENCE' | 'LEFTFOLD_JWT_JWKS', string | undefined>
  >,
): JwtSettings | undefined {
  const { LEFTFOLD_JWT_ISSUER: issuer, LEFTFOLD_JWT_AUDIENCE: audience, LEFTFOLD_JWT_JWKS: jwks } = given;
  if (issuer !== undefined && audience !== undefined && jwks !== undefined)
    return { issuer, audience, jwks: new URL(jwks) };
  const entries = Object.entries(given);
  const [present] = entries.find(([, value]) => value !== undefined) ?? [];
  const [missing = ''] = entries.find(([, value]) => value === undefined) ?? [];
  if (present === undefined) return undefined;
  throw new InvalidSetting(
    missing,
    `must be set beside ${present}: JWTs need an issuer, an audience and a JWKS`,
  );
}

function isStore(store: unknown): store is Settings['store'] {
  if (store === 'lmdb' || store === 'memory') return true;
  return typeof store === 'string' && (isPostgres(store) || isRemote(store));
}

export function isPostgres(store: string): store is PostgresUrl {
  try {
    urlWithoutPassword(store);
    return true;
  } catch {
    return false;
  }
}

export function isRemote(store: string): store is RemoteUrl {
  try {
    remoteUrl(store);
    return true;
  } catch {
    return false;
  }
}

/** A URL may contain a password, and an invalid URL may contain it anywhere. */
function withoutSecret(text: string | undefined): string | undefined {
  return text?.replace(/(:\/\/).*/s, '$1…');
}
