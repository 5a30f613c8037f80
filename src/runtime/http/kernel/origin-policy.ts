/** Which requests are for this server, and which pages may send them: checks `Host`, `Origin` and `Sec-Fetch-Site`. */
import type { IncomingHttpHeaders } from 'node:http';
import { isIPv4, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Headers } from './exchange.js';
import { Problem } from './problem.js';

export interface OriginOptions {
  /**
   * Further names of this server, as in `log.example.com` or `log.example.com:8443`; without a port, any port. On a loopback address the
   * loopback names are always known. On another address every name is taken if none is given here.
   */
  readonly hosts?: readonly string[];
  /** Origins whose pages may read and write, as in `https://app.example.com`. Default: only the server's own. */
  readonly origins?: readonly string[];
  /** A proxy ends TLS for this server, so its own origins are `https`; by a loopback name also `http`. Default: false. */
  readonly behindTlsProxy?: boolean;
}

/** What a request is judged by. An upgrade to WebSocket has the same parts. */
export interface OriginRequest {
  readonly method?: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly socket?: Pick<Socket, 'localAddress'> | undefined;
}

/** Methods by which a request changes nothing (RFC 9110, 9.2.1). */
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

const ALLOWED_METHODS = 'GET, HEAD, POST';
const ALLOWED_HEADERS =
  'Accept, Authorization, Content-Type, Idempotency-Key, If-None-Match, Last-Event-ID, Prefer, X-Causation-Id, X-Correlation-Id';
const EXPOSED_HEADERS =
  'Allow, ETag, Leftfold-Next, Leftfold-Position, Leftfold-Stale, Link, Location, Preference-Applied, Retry-After, WWW-Authenticate';
const PREFLIGHT_SECONDS = '600';

const NO_HEADERS: Headers = Object.freeze({});

/** The request is for another server: a page may have had its own name resolve to this address (DNS rebinding). */
export class MisdirectedRequest extends Problem {
  constructor(host: string) {
    const detail =
      `${JSON.stringify(host)} is not a name of this server; use the address that it prints at its start, ` +
      'or add the name to the setting LEFTFOLD_HOSTS (as a library: http.hosts).';
    super('misdirected', 'misdirected-request', 'The request is for another server', detail, {
      faults: [{ header: 'Host', detail }],
    });
  }
}

/** A page of another origin asks for a change. */
export class ForeignOrigin extends Problem {
  constructor(header: 'Origin' | 'Sec-Fetch-Site', value: string) {
    const detail =
      `A page of another origin (${header}: ${value}) cannot change anything here, unless its origin is in the setting ` +
      'LEFTFOLD_ORIGINS (as a library: http.origins).';
    super('forbidden', 'foreign-origin', 'The request comes from a page of another origin', detail, {
      faults: [{ header, detail }],
    });
  }
}

/** Does not authenticate: a program that is no browser can send any header. */
export class OriginPolicy {
  readonly #hosts: ReadonlySet<string>;
  readonly #origins: ReadonlySet<string>;
  readonly #behindTlsProxy: boolean;
  /** The last pair that was found right: most requests name the server as the one before did. */
  #lastOwn: { readonly host: string; readonly localAddress: string | undefined } | undefined;

  constructor({ hosts = [], origins = [], behindTlsProxy = false }: OriginOptions = {}) {
    this.#behindTlsProxy = behindTlsProxy;
    this.#hosts = new Set(hosts.map((host) => host.toLowerCase()));
    this.#origins = new Set(origins.map((origin) => origin.toLowerCase()));
  }

  /** @throws MisdirectedRequest, ForeignOrigin */
  check(request: OriginRequest): void {
    const { headers, socket } = request;
    const { host, origin } = headers;
    if (host !== undefined) this.#requireOwnName(host, socket?.localAddress);
    // What has neither header does not come from a page of a current browser.
    const site = headers['sec-fetch-site'];
    if (origin === undefined && site === undefined) return;
    if (!changesSomething(request)) return;
    if (origin !== undefined) {
      if (this.#origins.has(origin.toLowerCase())) return;
      if (!this.#isOwnOrigin(request, origin.toLowerCase())) throw new ForeignOrigin('Origin', origin);
    }
    if (site === 'cross-site' || site === 'same-site') throw new ForeignOrigin('Sec-Fetch-Site', site);
  }

  /** What an answer to this request carries, so that a page of an allowed origin can read it (Fetch, 3.3). */
  headersFor({ headers: { origin } }: Pick<OriginRequest, 'headers'>): Headers {
    if (this.#origins.size === 0) return NO_HEADERS;
    if (!this.#isAllowed(origin)) return { vary: 'Origin' };
    return {
      vary: 'Origin',
      'access-control-allow-origin': origin,
      'access-control-expose-headers': EXPOSED_HEADERS,
    };
  }

  /** What the answer to a preflight carries beside `headersFor`; undefined when this is none of an allowed origin. */
  preflightHeaders({ method, headers }: OriginRequest): Headers | undefined {
    if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined) return undefined;
    if (!this.#isAllowed(headers.origin)) return undefined;
    return {
      'access-control-allow-methods': ALLOWED_METHODS,
      'access-control-allow-headers': ALLOWED_HEADERS,
      'access-control-max-age': PREFLIGHT_SECONDS,
    };
  }

  #isAllowed(origin: string | undefined): origin is string {
    return origin !== undefined && this.#origins.has(origin.toLowerCase());
  }

  #isOwnOrigin({ headers, socket }: OriginRequest, origin: string): boolean {
    const host = headers.host?.toLowerCase() ?? '';
    const isEncrypted = (socket as Partial<TLSSocket> | undefined)?.encrypted === true;
    if (isEncrypted) return origin === `https://${host}`;
    // A page of the same host without TLS is not of this server: somebody on the way may have written it.
    if (this.#behindTlsProxy && !isLoopbackName(withoutPort(host))) return origin === `https://${host}`;
    if (origin === `http://${host}`) return true;
    // A proxy may have ended TLS; then the browser itself must say that the page is of this origin.
    return origin === `https://${host}` && headers['sec-fetch-site'] === 'same-origin';
  }

  #requireOwnName(host: string, localAddress: string | undefined): void {
    const last = this.#lastOwn;
    if (last?.host === host && last.localAddress === localAddress) return;
    if (!this.#isOwnName(host.toLowerCase(), localAddress)) throw new MisdirectedRequest(host);
    this.#lastOwn = { host, localAddress };
  }

  #isOwnName(host: string, localAddress: string | undefined): boolean {
    const name = withoutPort(host);
    if (this.#hosts.has(host) || this.#hosts.has(name)) return true;
    if (isLoopbackAddress(localAddress)) return isLoopbackName(name);
    // The names of an address of a network are known to its operator only.
    return this.#hosts.size === 0;
  }
}

function changesSomething({ method = '', headers }: OriginRequest): boolean {
  return !SAFE_METHODS.has(method) || headers.upgrade !== undefined;
}

function withoutPort(host: string): string {
  return host.replace(/:\d*$/, '');
}

function isLoopbackName(name: string): boolean {
  return name === 'localhost' || name === '[::1]' || (isIPv4(name) && name.startsWith('127.'));
}

function isLoopbackAddress(address: string | undefined): boolean {
  return address !== undefined && (address === '::1' || /^(?:::ffff:)?127\./.test(address));
}

/** What is wrong with a name in `hosts`, if anything is. */
export function hostFault(host: string): string | undefined {
  const isName = /^(?:\[[\da-f:.]+\]|[a-z\d](?:[a-z\d.-]*[a-z\d])?)(?::\d{1,5})?$/i.test(host);
  return isName
    ? undefined
    : `has ${JSON.stringify(host)}; a name is given as in log.example.com or log.example.com:8443`;
}

/** What is wrong with an origin in `origins`, if anything is. */
export function originFault(origin: string): string | undefined {
  const right = /^https?:\/\//i.test(origin) && URL.canParse(origin) ? new URL(origin).origin : undefined;
  return right === origin.toLowerCase()
    ? undefined
    : `has ${JSON.stringify(origin)}; an origin is given as in ${right ?? 'https://app.example.com'}`;
}
