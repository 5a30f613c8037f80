import { isAbsolute, resolve } from 'node:path';
import { InvalidSetting, readSettings } from './settings.js';

function errorOf(environment: Readonly<Record<string, string>>): InvalidSetting {
  try {
    readSettings(environment);
  } catch (error) {
    if (error instanceof InvalidSetting) return error;
    throw error;
  }
  throw new Error('it was taken');
}

describe('the configuration', () => {
  const defaults = {
    app: 'monolith',
    contexts: [],
    commits: false,
    console: {},
    inspect: false,
    forward: new Map(),
    port: 3000,
    host: '127.0.0.1',
    tls: undefined,
    tlsProxy: false,
    connections: 10_000,
    hosts: [],
    origins: [],
    data: resolve('data'),
    store: 'lmdb',
    entities: 'data',
    entitiesPrefix: undefined,
    leaseSeconds: 6,
    snapshotEvery: 1000,
    snapshotSeconds: 10,
    snapshotSpacing: 10_000,
    snapshotBytes: 1024 ** 3,
    build: undefined,
    auditMinutes: 1440,
    streamBytes: 67_108_864,
    keys: resolve('data/keys.json'),
    jwt: undefined,
    anonymous: undefined,
    key: undefined,
    keysOverHttp: false,
  };

  it('has a default for every setting', () => {
    expect(readSettings({})).toEqual(defaults);
  });

  it('takes an empty variable for one that is not set', () => {
    const names = [
      'PORT',
      'HOST',
      'LEFTFOLD_TLS_CERT',
      'LEFTFOLD_TLS_KEY',
      'LEFTFOLD_TLS_PROXY',
      'LEFTFOLD_CONNECTIONS',
      'LEFTFOLD_DATA',
      'LEFTFOLD_STORE',
      'LEFTFOLD_ENTITIES',
      'LEFTFOLD_ENTITIES_PREFIX',
      'LEFTFOLD_LEASE_SECONDS',
      'LEFTFOLD_SNAPSHOT_EVERY',
      'LEFTFOLD_SNAPSHOT_SECONDS',
      'LEFTFOLD_SNAPSHOT_SPACING',
      'LEFTFOLD_SNAPSHOT_BYTES',
      'LEFTFOLD_STREAM_BYTES',
    ];
    expect(readSettings(Object.fromEntries(names.map((name) => [name, ''])))).toEqual(defaults);
  });

  it('does not mind what else is in the environment', () => {
    expect(readSettings({ PATH: '/usr/bin', LEFTFOLD_TEST_CRASHES: '5' })).toEqual(defaults);
  });

  it('takes names and origins as lists', () => {
    const { hosts, origins } = readSettings({
      LEFTFOLD_HOSTS: 'log.example.com, log.internal:8443',
      LEFTFOLD_ORIGINS: 'https://app.example.com,http://localhost:5173',
    });
    expect(hosts).toEqual(['log.example.com', 'log.internal:8443']);
    expect(origins).toEqual(['https://app.example.com', 'http://localhost:5173']);
  });

  it.each([
    ['LEFTFOLD_HOSTS', 'https://log.example.com'],
    ['LEFTFOLD_HOSTS', '*'],
    ['LEFTFOLD_ORIGINS', 'app.example.com'],
    ['LEFTFOLD_ORIGINS', 'https://app.example.com/page'],
    ['LEFTFOLD_ORIGINS', '*'],
    ['LEFTFOLD_ORIGINS', 'null'],
  ])('refuses what is no name or origin: %s=%s', (name, value) => {
    expect(() => readSettings({ [name]: value })).toThrow(name);
  });

  it('makes the path of the data absolute', () => {
    const { data } = readSettings({ LEFTFOLD_DATA: 'some/where' });
    expect(isAbsolute(data)).toBe(true);
    expect(data).toBe(resolve('some', 'where'));
  });

  it.each(['0.0.0.0', '::', '192.168.1.5', 'log.example.com'])(
    'takes an address of a network with TLS, or with a proxy that ends it: %s',
    (host) => {
      const tls = { LEFTFOLD_TLS_CERT: 'tls/cert.pem', LEFTFOLD_TLS_KEY: '/etc/key.pem' };
      expect(readSettings({ HOST: host, ...tls })).toMatchObject({
        host,
        tls: { cert: resolve('tls', 'cert.pem'), key: '/etc/key.pem' },
      });
      expect(readSettings({ HOST: host, LEFTFOLD_TLS_PROXY: 'on' })).toMatchObject({ host, tlsProxy: true });
    },
  );

  it.each([
    ['PORT', '0', { port: 0 }],
    ['PORT', '65535', { port: 65_535 }],
    ['HOST', 'localhost', { host: 'localhost' }],
    ['HOST', '::1', { host: '::1' }],
    ['HOST', '127.8.9.10', { host: '127.8.9.10' }],
    ['LEFTFOLD_TLS_PROXY', 'on', { tlsProxy: true }],
    ['LEFTFOLD_CONNECTIONS', '50', { connections: 50 }],
    ['LEFTFOLD_STORE', 'memory', { store: 'memory' }],
    ['LEFTFOLD_STORE', 'memory:', { store: 'memory' }],
    ['LEFTFOLD_STORE', 'lmdb', { store: 'lmdb' }],
    [
      'LEFTFOLD_STORE',
      'postgres://u:p@localhost:5432/db',
      {
        store: 'postgres://u:p@localhost:5432/db',
        entities: 'postgres://u:p@localhost:5432/db',
      },
    ],
    ['LEFTFOLD_ENTITIES', 'data', { entities: 'data' }],
    ['LEFTFOLD_ENTITIES_PREFIX', 'next_2', { entitiesPrefix: 'next_2' }],
    ['LEFTFOLD_ENTITIES', 'postgres://u:p@localhost/db', { entities: 'postgres://u:p@localhost/db' }],
    ['LEFTFOLD_STORE', 'http://127.0.0.1:3000', { store: 'http://127.0.0.1:3000' }],
    ['LEFTFOLD_APP', 'log', { app: 'log' }],
    ['LEFTFOLD_CONTEXTS', 'sum, product', { contexts: ['sum', 'product'] }],
    ['LEFTFOLD_COMMITS', 'on', { commits: true }],
    ['LEFTFOLD_CONSOLE', 'off', { console: false }],
    ['LEFTFOLD_INSPECT', 'on', { inspect: true }],
    ['LEFTFOLD_ENVIRONMENT', 'production', { console: { environment: 'production' } }],
    [
      'LEFTFOLD_STORE',
      'postgresql:///db?host=/run/sql',
      {
        store: 'postgresql:///db?host=/run/sql',
        entities: 'postgresql:///db?host=/run/sql',
      },
    ],
    ['LEFTFOLD_LEASE_SECONDS', '30', { leaseSeconds: 30 }],
    ['LEFTFOLD_SNAPSHOT_EVERY', '1', { snapshotEvery: 1 }],
    ['LEFTFOLD_SNAPSHOT_SECONDS', '3600', { snapshotSeconds: 3600 }],
    ['LEFTFOLD_SNAPSHOT_SPACING', '100000', { snapshotSpacing: 100_000 }],
    ['LEFTFOLD_STREAM_BYTES', '1048576', { streamBytes: 1_048_576 }],
    ['LEFTFOLD_SNAPSHOT_BYTES', '1000000000000', { snapshotBytes: 1_000_000_000_000 }],
    ['LEFTFOLD_AUDIT_MINUTES', '0', { auditMinutes: 0 }],
    ['LEFTFOLD_BUILD', 'a1b2c3', { build: 'a1b2c3' }],
    ['LEFTFOLD_KEYS', '/etc/leftfold/keys.json', { keys: resolve('/etc/leftfold/keys.json') }],
    ['LEFTFOLD_DATA', '/srv/log', { keys: resolve('/srv/log/keys.json') }],
    ['LEFTFOLD_KEY_OVER_HTTP', 'on', { keysOverHttp: true }],
    ['LEFTFOLD_ANONYMOUS', 'none', { anonymous: { texts: [] } }],
    ['LEFTFOLD_ANONYMOUS', 'query:*, events:read', { anonymous: { texts: ['query:*', 'events:read'] } }],
  ])('reads %s=%s', (name, text, expected) => {
    expect(readSettings({ [name]: text })).toMatchObject(expected);
  });
});

describe('the settings of JWTs', () => {
  const all = {
    LEFTFOLD_JWT_ISSUER: 'https://login.example.com/',
    LEFTFOLD_JWT_AUDIENCE: 'https://log.example.com',
    LEFTFOLD_JWT_JWKS: 'https://login.example.com/jwks.json',
  };

  it('are taken together', () => {
    expect(readSettings(all).jwt).toEqual({
      issuer: 'https://login.example.com/',
      audience: 'https://log.example.com',
      jwks: new URL('https://login.example.com/jwks.json'),
    });
    expect(readSettings({ ...all, LEFTFOLD_JWT_JWKS: 'http://127.0.0.1:9000/jwks' }).jwt).toBeDefined();
  });

  it.each(Object.keys(all))('are refused without %s', (name) => {
    expect(errorOf({ ...all, [name]: '' })).toMatchObject({
      setting: name,
      message: expect.stringMatching(/^LEFTFOLD_JWT_\w+: must be set beside LEFTFOLD_JWT_\w+: /) as string,
    });
  });
});

describe('a setting that cannot be', () => {
  it.each([
    [
      'LEFTFOLD_JWT_JWKS',
      'http://login.example.com/jwks',
      'must begin with https:, except on a loopback address',
    ],
    ['LEFTFOLD_JWT_JWKS', 'login.example.com', 'must be the URL of a JWKS'],
    ['LEFTFOLD_ANONYMOUS', 'everything', '"everything" is no scope; a scope is query:<projection>'],
    ['LEFTFOLD_ANONYMOUS', 'none,log', 'must be scopes, separated by commas, or none alone'],
    ['LEFTFOLD_ANONYMOUS', ',', 'must be scopes, separated by commas, or none alone'],
    ['PORT', 'abc', 'must be a whole number from 0 to 65535'],
    ['PORT', '-1', 'must be a whole number from 0 to 65535'],
    ['PORT', '65536', 'must be a whole number from 0 to 65535'],
    ['PORT', '3000.5', 'must be a whole number from 0 to 65535'],
    ['PORT', ' 3000', 'must be a whole number from 0 to 65535'],
    ['PORT', '0x10', 'must be a whole number from 0 to 65535'],
    ['HOST', '0.0.0.0', 'must be a loopback address'],
    ['HOST', '::', 'must be a loopback address'],
    ['HOST', '192.168.1.5', 'must be a loopback address'],
    ['HOST', '127.0.0.1.example.org', 'must be a loopback address'],
    ['HOST', 'example.org', 'must be a loopback address'],
    ['LEFTFOLD_TLS_PROXY', 'nginx', 'must be on or off'],
    ['LEFTFOLD_CONNECTIONS', '0', 'must be a whole number from 1 to 1000000'],
    ['LEFTFOLD_APP', 'sum', 'must be one of monolith, log, context'],
    ['LEFTFOLD_COMMITS', 'yes', 'must be on or off'],
    ['LEFTFOLD_CONSOLE', 'yes', 'must be on or off'],
    ['LEFTFOLD_INSPECT', 'yes', 'must be on or off'],
    ['LEFTFOLD_ENVIRONMENT', 'x'.repeat(41), 'must be a name of at most 40 characters, as in production'],
    [
      'LEFTFOLD_FORWARD',
      'sum=http://:secret@localhost',
      'must name contexts and the servers that have them, as in product=http://127.0.0.1:3002',
    ],
    ['LEFTFOLD_ENTITIES_PREFIX', '2nd', 'must have up to 31 of a-z, 0-9 and _'],
    ['LEFTFOLD_ENTITIES', 'sqlite', 'must be data, or the URL of a database'],
    ['LEFTFOLD_STORE', 'http://user:secret@localhost', 'must be lmdb, memory, or the URL of a database'],
    ['LEFTFOLD_STORE', 'postgres', 'must be lmdb, memory, or the URL of a database'],
    ['LEFTFOLD_STORE', 'mysql://localhost/db', 'must be lmdb, memory, or the URL of a database'],
    ['LEFTFOLD_STORE', 'postgres://localhost:port/db', 'must be lmdb, memory, or the URL of a database'],
    ['LEFTFOLD_LEASE_SECONDS', '0', 'must be a whole number from 1 to 3600'],
    ['LEFTFOLD_SNAPSHOT_EVERY', '0', 'must be a whole number from 1'],
    ['LEFTFOLD_SNAPSHOT_EVERY', 'often', 'must be a whole number from 1'],
    ['LEFTFOLD_SNAPSHOT_SECONDS', '0', 'must be a whole number from 1 to 86400'],
    ['LEFTFOLD_SNAPSHOT_SECONDS', '0.5', 'must be a whole number from 1 to 86400'],
    ['LEFTFOLD_SNAPSHOT_SPACING', '0', 'must be a whole number from 1'],
    ['LEFTFOLD_SNAPSHOT_BYTES', '1GiB', 'must be a whole number from 1'],
  ])('is named, with what would be right: %s=%j', (name, text, reason) => {
    const error = errorOf({ [name]: text });
    expect(error.setting).toBe(name);
    expect(error.message).toContain(`${name}: ${reason}`);
  });

  it.each([
    ['LEFTFOLD_TLS_CERT', 'LEFTFOLD_TLS_KEY'],
    ['LEFTFOLD_TLS_KEY', 'LEFTFOLD_TLS_CERT'],
  ])('is the other half of TLS: %s without %s', (given, missing) => {
    const error = errorOf({ [given]: '/etc/leftfold/tls.pem' });
    expect(error.message).toBe(`${missing}: must be set with ${given}: TLS needs a certificate and its key`);
  });

  it('is an address of a network without TLS, and says what to set', () => {
    expect(errorOf({ HOST: '0.0.0.0' }).message).toBe(
      'HOST: must be a loopback address (127.0.0.1, ::1 or localhost), unless there are credentials and TLS: ' +
        'set LEFTFOLD_TLS_CERT and LEFTFOLD_TLS_KEY, or LEFTFOLD_TLS_PROXY=on where a proxy ends TLS (it is "0.0.0.0")',
    );
  });

  it('is named in one line, with what it is', () => {
    const { message } = errorOf({ PORT: 'abc\ndef' });
    expect(message).toBe(String.raw`PORT: must be a whole number from 0 to 65535 (it is "abc\ndef")`);
  });

  it('is named without what may be a password', () => {
    const { message } = errorOf({ LEFTFOLD_STORE: 'postgres://me:secret/@host:port/db?password=secret' });
    expect(message).toContain('(it is "postgres://…")');
    expect(message).not.toContain('secret');
  });
});
