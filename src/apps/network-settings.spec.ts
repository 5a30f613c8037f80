import { isLoopback, requireCredentials } from './network-settings.js';

const MAKE =
  'make a key with "leftfold keys create", or set LEFTFOLD_JWT_ISSUER, LEFTFOLD_JWT_AUDIENCE and LEFTFOLD_JWT_JWKS';

describe('an app without credentials', () => {
  const on = (host: string, tlsProxy = false): (() => void) => {
    return () => {
      requireCredentials({ host, tls: undefined, tlsProxy }, false);
    };
  };

  it('serves its own machine', () => {
    expect(on('127.0.0.1')).not.toThrow();
  });

  it('serves no network, and says what to set', () => {
    expect(on('0.0.0.0')).toThrow(
      `HOST: must be a loopback address (127.0.0.1, ::1 or localhost), unless there are credentials and TLS: ${MAKE} (it is "0.0.0.0")`,
    );
  });

  it('serves no proxy either, on whatever address', () => {
    expect(on('127.0.0.1', true)).toThrow(`LEFTFOLD_TLS_PROXY: must be off without credentials: ${MAKE}`);
    expect(on('10.0.0.1', true)).toThrow('HOST: must be a loopback address');
  });
});

describe('an app with credentials', () => {
  it.each([
    ['0.0.0.0', false],
    ['127.0.0.1', true],
  ])('may serve others: %s, behind a proxy: %s', (host, tlsProxy) => {
    expect(() => {
      requireCredentials({ host, tls: undefined, tlsProxy }, true);
    }).not.toThrow();
  });
});

describe('a loopback address', () => {
  it.each(['localhost', '::1', '127.0.0.1', '127.8.9.10'])('is %s', (host) => {
    expect(isLoopback(host)).toBe(true);
  });

  it.each(['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example.org', 'example.org', ''])('is not %j', (host) => {
    expect(isLoopback(host)).toBe(false);
  });
});
