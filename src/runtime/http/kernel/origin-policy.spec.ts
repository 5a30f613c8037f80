import { ForeignOrigin, MisdirectedRequest, OriginPolicy, type OriginOptions } from './origin-policy.js';

const request = (
  headers: Readonly<Record<string, string>>,
  { method = 'POST', localAddress = '127.0.0.1', encrypted = false } = {},
): Parameters<OriginPolicy['check']>[0] => ({
  method,
  headers: { host: '127.0.0.1:3000', ...headers },
  socket: { localAddress, encrypted } as never,
});

const check = (options: OriginOptions, ...given: Parameters<typeof request>): (() => void) => {
  return () => {
    new OriginPolicy(options).check(request(...given));
  };
};

describe('the Host of a request', () => {
  it.each(['localhost', 'LOCALHOST:3000', '127.0.0.1:1', '127.0.0.2', '[::1]:3000', '[::1]'])(
    'may be any loopback name on a loopback address: %s',
    (host) => {
      expect(check({}, { host })).not.toThrow();
    },
  );

  it.each(['evil.example', 'localhost.evil.example:3000', '127.0.0.1.evil.example', '', '10.0.0.1:3000'])(
    'is refused on a loopback address otherwise, by any method: %j',
    (host) => {
      expect(check({}, { host })).toThrow(MisdirectedRequest);
      expect(check({}, { host }, { method: 'GET' })).toThrow(MisdirectedRequest);
    },
  );

  it.each(['::ffff:127.0.0.1', '::1', '127.0.0.9'])(
    'is looked at on each loopback address: %s',
    (localAddress) => {
      expect(check({}, { host: 'evil.example' }, { localAddress })).toThrow(MisdirectedRequest);
    },
  );

  it('may be one that the settings name, with any port, or with the named one', () => {
    const options = { hosts: ['Log.example', 'two.example:8443'] };
    expect(check(options, { host: 'log.example:1' })).not.toThrow();
    expect(check(options, { host: 'two.example:8443' })).not.toThrow();
    expect(check(options, { host: 'two.example:1' })).toThrow(MisdirectedRequest);
    expect(check(options, { host: 'localhost' })).not.toThrow();
  });

  it('is any on another address, until names are given', () => {
    const where = { localAddress: '10.0.0.1' };
    expect(check({}, { host: 'log.example' }, where)).not.toThrow();
    expect(check({ hosts: ['log.example'] }, { host: 'evil.example' }, where)).toThrow(MisdirectedRequest);
  });
});

describe('a request that changes something', () => {
  it.each([
    ['https://evil.example', 'Origin'],
    ['null', 'Origin'],
    ['http://127.0.0.1:3001', 'Origin'],
    ['https://127.0.0.1:3000', 'Origin'],
    ['http://localhost:3000', 'Origin'],
  ])('is refused from a page of another origin: %s', (origin) => {
    expect(check({}, { origin })).toThrow(ForeignOrigin);
    expect(check({}, { origin }, { method: 'DELETE' })).toThrow(ForeignOrigin);
  });

  it.each(['cross-site', 'same-site'])('is refused when the browser says %s', (site) => {
    expect(check({}, { 'sec-fetch-site': site })).toThrow(ForeignOrigin);
    expect(check({}, { 'sec-fetch-site': site, origin: 'http://127.0.0.1:3000' })).toThrow(ForeignOrigin);
  });

  it('is taken from a page of this server, and from what is no page', () => {
    expect(check({}, { origin: 'http://127.0.0.1:3000', 'sec-fetch-site': 'same-origin' })).not.toThrow();
    expect(check({}, { 'sec-fetch-site': 'none' })).not.toThrow();
    expect(check({}, {})).not.toThrow();
    expect(check({}, { origin: 'https://127.0.0.1:3000' }, { encrypted: true })).not.toThrow();
  });

  it('is taken behind a proxy that ends TLS, if the browser says that the origin is the same', () => {
    const headers = { host: 'log.example', origin: 'https://log.example' };
    const options = { hosts: ['log.example'] };
    expect(check(options, { ...headers, 'sec-fetch-site': 'same-origin' })).not.toThrow();
    expect(check(options, headers)).toThrow(ForeignOrigin);
  });

  describe('where the settings say that a proxy ends TLS', () => {
    const options = { hosts: ['log.example'], behindTlsProxy: true };
    const page = (origin: string, host = 'log.example'): (() => void) => check(options, { host, origin });

    it('is taken from a page of this host with TLS, also from a browser that says no more', () => {
      expect(page('https://log.example')).not.toThrow();
      expect(page('https://log.example:8443', 'log.example:8443')).not.toThrow();
    });

    it('is refused from a page of this host without TLS, and of another port', () => {
      expect(page('http://log.example')).toThrow(ForeignOrigin);
      expect(page('https://log.example:8443')).toThrow(ForeignOrigin);
    });

    it('is taken without TLS by a loopback name, as the operator has it', () => {
      expect(page('http://127.0.0.1:3000', '127.0.0.1:3000')).not.toThrow();
      expect(page('http://localhost:3000', 'localhost:3000')).not.toThrow();
    });
  });

  it('is refused from a page of this host without TLS where the server itself speaks it', () => {
    expect(check({}, { origin: 'http://127.0.0.1:3000' }, { encrypted: true })).toThrow(ForeignOrigin);
  });

  it('is taken from an allowed origin', () => {
    const options = { origins: ['https://app.example'] };
    expect(check(options, { origin: 'https://app.example', 'sec-fetch-site': 'cross-site' })).not.toThrow();
    expect(check(options, { origin: 'https://app.example.evil.example' })).toThrow(ForeignOrigin);
  });

  it('may be an upgrade to WebSocket', () => {
    const upgrade = { upgrade: 'websocket', origin: 'https://evil.example' };
    expect(check({}, upgrade, { method: 'GET' })).toThrow(ForeignOrigin);
  });
});

describe('a request that only reads', () => {
  it.each(['GET', 'HEAD', 'OPTIONS'])('is answered whatever page it comes from: %s', (method) => {
    const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    expect(check({}, headers, { method })).not.toThrow();
  });

  it('carries nothing by which another page could read the answer, unless its origin is allowed', () => {
    const policy = new OriginPolicy({ origins: ['https://app.example'] });
    expect(new OriginPolicy().headersFor(request({ origin: 'https://app.example' }))).toEqual({});
    expect(policy.headersFor(request({ origin: 'https://evil.example' }))).toEqual({ vary: 'Origin' });
    expect(policy.headersFor(request({ origin: 'https://app.example' }))).toMatchObject({
      vary: 'Origin',
      'access-control-allow-origin': 'https://app.example',
    });
  });
});
