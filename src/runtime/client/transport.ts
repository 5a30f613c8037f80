/** Sends requests: with credentials, a time limit, retries, and the answers that are known by their ETag. */
import { ProblemError, isProblem } from './problem-error.js';
import { isRetried, pause, pauseBefore, retryAfterMs, type RetryOptions } from './retries.js';

export interface TransportOptions {
  /** Of the server, with the prefix under which it is served. */
  readonly url: string;
  /** Default: the global `fetch`. */
  readonly fetch?: typeof fetch;
  /**
   * Sent as `Authorization: Bearer`. A function is called for each attempt, within the attempt's time; none are sent where it gives undefined.
   * What it throws ends the request as `CredentialsFailed`.
   */
  readonly credentials?: string | Credentials;
  readonly retry?: RetryOptions;
  /** How long one attempt may take, beside what a query waits for. Default: 30,000. */
  readonly timeoutMs?: number;
}

/** @param request its signal is aborted when the attempt is given up */
export type Credentials = (request: {
  readonly signal: AbortSignal;
}) => string | undefined | Promise<string | undefined>;

export interface ClientRequest {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  /** What the server is asked to wait, beside the time of an attempt. Where it is given, `not-yet` is not retried: it has been waited for. */
  readonly waitMs?: number;
}

export interface ClientAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** Kept as text, so that nobody can change it. */
interface Known {
  readonly etag: string;
  readonly text: string;
  readonly type: string | null;
  /** Of who was answered. Another principal may not see it. */
  readonly authorization: string | null;
}

/** What is kept for its ETag, in characters of all answers together. A longer answer is not kept. */
const MAX_KNOWN_CHARACTERS = 4 * 1024 * 1024;

const DEFAULT_ATTEMPTS = 8;
const DEFAULT_TIMEOUT_MS = 30_000;

export class Transport {
  readonly #known = new Map<string, Known>();
  #knownCharacters = 0;
  readonly #base: URL;

  constructor(private readonly options: TransportOptions) {
    this.#base = new URL(options.url);
  }

  /** @param path below the client's URL @param query members that are undefined are left out */
  urlOf(
    path: string,
    query: Readonly<Record<string, unknown>> = {},
    filter: Readonly<Record<string, unknown>> = {},
  ): URL {
    const url = new URL(this.#base);
    url.pathname = `${url.pathname.replace(/\/$/, '')}${path}`;
    for (const [name, value] of [...Object.entries(query), ...Object.entries(filter)]) {
      for (const each of Array.isArray(value) ? value : [value])
        if (each !== undefined) url.searchParams.append(name, String(each));
    }
    return url;
  }

  /** A link of an answer. @throws Error when it leads to another origin, which is not to get the credentials */
  linkOf(href: string): URL {
    const url = new URL(href, this.#base);
    if (url.origin !== this.#base.origin) throw new Error(`${href} is not of ${this.#base.origin}`);
    return url;
  }

  /**
   * Sends it again when the connection is lost, it takes too long, or the server says later. A `POST` must have an `Idempotency-Key`, or change nothing.
   *
   * @throws ProblemError for a status from 400 on, the last error of `fetch`, CredentialsFailed, or the signal's reason
   */
  async send(url: URL, request: ClientRequest = {}): Promise<ClientAnswer> {
    const { retry = {} } = this.options;
    const { attempts = DEFAULT_ATTEMPTS } = retry;
    // Once: what is sent again under one key must be the same.
    const text = request.body === undefined ? undefined : JSON.stringify(request.body);
    for (let attempt = 1; ; attempt++) {
      const limit = this.limitOf(request.signal, request.waitMs);
      const headers = await this.headersOf(request.headers, limit, request.signal);
      let waitMs = 0;
      try {
        const answer = await this.#attempt(url, { ...request, headers, text, signal: limit });
        if (answer.status < 400) return requireJson(answer);
        const problem = new ProblemError(answer.status, answer.body);
        const hasWaited = request.waitMs !== undefined && isProblem(problem, 'not-yet');
        if (hasWaited || !isRetried(answer.status) || attempt >= attempts) throw problem;
        waitMs = retryAfterMs(answer.headers.get('retry-after'));
      } catch (error) {
        request.signal?.throwIfAborted();
        if (error instanceof ProblemError || error instanceof UnexpectedAnswer || attempt >= attempts)
          throw error;
      }
      await pause(pauseBefore(attempt, waitMs, retry), request.signal);
    }
  }

  /** The time of one attempt, credentials included. */
  limitOf(signal: AbortSignal | undefined, waitMs = 0): AbortSignal {
    const limit = AbortSignal.timeout((this.options.timeoutMs ?? DEFAULT_TIMEOUT_MS) + Math.ceil(waitMs));
    return signal ? AbortSignal.any([signal, limit]) : limit;
  }

  /**
   * With the credentials.
   *
   * @param limit of the attempt @param signal of who has asked, whose reason is thrown
   * @throws CredentialsFailed, or TypeError for a header that cannot be sent
   */
  async headersOf(
    given: Readonly<Record<string, string>> = {},
    limit: AbortSignal,
    signal: AbortSignal | undefined,
  ): Promise<Headers> {
    const headers = new Headers({ accept: 'application/json', ...given });
    const { credentials } = this.options;
    signal?.throwIfAborted();
    try {
      const token =
        typeof credentials === 'function' ? await within(credentials({ signal: limit }), limit) : credentials;
      if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
    } catch (error) {
      signal?.throwIfAborted();
      throw new CredentialsFailed(error);
    }
    return headers;
  }

  /** A response whose body is still to be read. Sent once, and without a time limit of its own. */
  async open(url: URL, { method = 'GET', headers, text, signal }: SingleRequest): Promise<Response> {
    const { fetch: send = fetch } = this.options;
    if (text !== undefined) headers.set('content-type', 'application/json');
    return send(url, {
      method,
      headers,
      ...(text !== undefined && { body: text }),
      // As a GET to another place it would be another request, and its answer no answer to this one.
      ...(method === 'POST' && { redirect: 'error' as const }),
      signal,
    });
  }

  async #attempt(url: URL, request: SingleRequest): Promise<ClientAnswer> {
    const isRead = (request.method ?? 'GET') === 'GET';
    const key = keyOf(url);
    const authorization = request.headers.get('authorization');
    const kept = isRead ? this.#known.get(key) : undefined;
    const known = kept?.authorization === authorization ? kept : undefined;
    if (known) request.headers.set('if-none-match', known.etag);
    const response = await this.open(url, request);
    const text = await response.text();
    if (response.status === 304 && known !== undefined)
      return { status: 304, headers: response.headers, body: bodyOf(known) };
    const type = response.headers.get('content-type');
    const etag = response.headers.get('etag');
    const body = bodyOf({ text, type });
    if (isRead && response.ok && etag !== null) this.#keep(key, { etag, text, type, authorization });
    return { status: response.status, headers: response.headers, body };
  }

  #keep(key: string, known: Known): void {
    this.#forget(key);
    this.#known.set(key, known);
    this.#knownCharacters += known.text.length;
    for (const oldest of this.#known.keys()) {
      if (this.#knownCharacters <= MAX_KNOWN_CHARACTERS) return;
      this.#forget(oldest);
    }
  }

  #forget(key: string): void {
    this.#knownCharacters -= this.#known.get(key)?.text.length ?? 0;
    this.#known.delete(key);
  }
}

export interface SingleRequest extends Pick<ClientRequest, 'method'> {
  /** Those of `headersOf`. */
  readonly headers: Headers;
  readonly text?: string | undefined;
  readonly signal: AbortSignal;
}

/** The function `credentials` has thrown, or has taken longer than an attempt may. Nothing was sent, and it is not tried again. */
export class CredentialsFailed extends Error {
  override readonly name = 'CredentialsFailed';

  /** @param cause what it has thrown */
  constructor(override readonly cause: unknown) {
    super(`there are no credentials to send: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

/** @throws the signal's reason */
function within<Value>(given: Value | Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', stop, { once: true });
    Promise.resolve(given)
      .then(resolve, reject)
      .finally(() => {
        signal.removeEventListener('abort', stop);
      });
  });
}

/** Whoever has answered is not the server: a proxy that asks people to log in, or a page. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer';
}

/** @throws UnexpectedAnswer */
function requireJson(answer: ClientAnswer): ClientAnswer {
  if (typeof answer.body !== 'string' || answer.body === '') return answer;
  const type = answer.headers.get('content-type') ?? 'no type';
  throw new UnexpectedAnswer(
    `the answer with the status ${answer.status} is ${type}, and not JSON; is the URL right?`,
  );
}

/** An ETag names a state; from which position on a client wants it does not change what it is. */
function keyOf(url: URL): string {
  const key = new URL(url);
  key.searchParams.delete('after');
  return key.href;
}

/** @throws SyntaxError when the JSON was cut off */
function bodyOf({ text, type }: Pick<Known, 'text' | 'type'>): unknown {
  return /^application\/([\w.-]+\+)?json\b/.test(type ?? '') ? (JSON.parse(text) as unknown) : text;
}
