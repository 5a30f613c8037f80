/** HTTP to a log server, over connections that are kept open. */
import { Agent, request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as SecureAgent, request as requestHttps } from 'node:https';
import { LogClosed, StoreUnavailable } from '../../event-log/errors.js';
import type { ClientKey } from '../../access/client-key.js';
import { deniedBy, errorOf } from './remote-problems.js';

/** A server from which nothing has come for so long does not answer. */
const MAX_SILENCE_MS = 30_000;

/** More requests at a time wait for a connection. */
const MAX_CONNECTIONS = 64;

/** The largest answer that is held in memory: those to 1,024 commits. */
const MAX_TEXT_BYTES = 16 * 1024 * 1024;

/** The connection could not be made, or broke. */
export class ConnectionBroken extends Error {
  override readonly name = 'ConnectionBroken';

  /** @param mayHaveArrived whether the server may have got the request */
  constructor(
    readonly mayHaveArrived: boolean,
    options: ErrorOptions,
  ) {
    super('the connection to the log server broke', options);
  }
}

export interface ClientRequestOptions {
  readonly method?: 'GET' | 'POST';
  /** A `POST` that may be sent again, as a `GET` may. */
  readonly recordsNothing?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
  /** Default: 30,000. */
  readonly maxSilenceMs?: number;
}

export class LogClient {
  readonly #agent: Agent;
  readonly #closing = new AbortController();
  readonly #running = new Set<ClientRequest>();
  /** Sent with each request once it is known, so that a server of another log refuses it. */
  identity: string | undefined;

  /**
   * @param url of the server, and the path under which it serves the log, without a slash at its end
   * @param key sent with each request
   */
  constructor(
    private readonly url: URL,
    private readonly key?: ClientKey,
  ) {
    const options = { keepAlive: true, maxSockets: MAX_CONNECTIONS };
    this.#agent = url.protocol === 'https:' ? new SecureAgent(options) : new Agent(options);
  }

  /** The URL as it may be shown. */
  get address(): string {
    const { protocol, host, pathname } = this.url;
    return `${protocol}//${host}${pathname.replace(/\/$/, '')}`;
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Ends every request that is under way. */
  close(): void {
    this.#closing.abort();
    for (const request of this.#running) request.destroy(new LogClosed());
    this.#agent.destroy();
  }

  /**
   * The answer, once its headers are there.
   *
   * @throws ConnectionBroken; LogClosed after `close`; the error that the server's problem stands for, as `errorOf` has it
   */
  async answer(path: string, options: ClientRequestOptions = {}): Promise<IncomingMessage> {
    const response = await this.#send(path, options);
    if (response.statusCode === 200) return response;
    const { statusCode = 0 } = response;
    const text = await this.text(response);
    const error = deniedBy(statusCode, text, this.key !== undefined) ?? errorOf(statusCode, text);
    if (error !== undefined) throw error;
    const cause = new Error(`the answer has the status ${statusCode}`);
    // Of a proxy that cannot reach the server, or has lost it in the middle of a request.
    throw statusCode >= 500
      ? new ConnectionBroken(true, { cause })
      : new StoreUnavailable(undefined, { cause });
  }

  /** All of an answer. @throws ConnectionBroken, LogClosed */
  async text(response: IncomingMessage): Promise<string> {
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of this.chunks(response)) {
      length += chunk.length;
      if (length > MAX_TEXT_BYTES) {
        response.destroy();
        throw new StoreUnavailable(undefined, { cause: new Error('the answer is too long') });
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  }

  /** An answer as it comes. @throws ConnectionBroken, LogClosed */
  async *chunks(response: IncomingMessage): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of response) yield chunk as Buffer;
    } catch (cause) {
      throw this.isClosed ? new LogClosed() : new ConnectionBroken(true, { cause });
    }
    if (!response.complete) throw new ConnectionBroken(true, { cause: new Error('the answer was cut off') });
  }

  async #send(path: string, options: ClientRequestOptions): Promise<IncomingMessage> {
    for (;;) {
      const sent = this.#sendOnce(path, options);
      try {
        return await sent.response;
      } catch (cause) {
        if (this.isClosed) throw new LogClosed();
        options.signal?.throwIfAborted();
        // The server had closed a connection that was idle; what it had not read, it has not done.
        const mayBeRepeated = options.method !== 'POST' || options.recordsNothing === true;
        if (sent.request.reusedSocket && isReset(cause) && mayBeRepeated) continue;
        throw new ConnectionBroken(sent.isConnected(), { cause });
      }
    }
  }

  #sendOnce(path: string, options: ClientRequestOptions): Sent {
    if (this.isClosed) throw new LogClosed();
    const { method = 'GET', headers = {}, body, signal, maxSilenceMs = MAX_SILENCE_MS } = options;
    const { protocol, hostname, port, pathname } = this.url;
    const send = protocol === 'https:' ? requestHttps : requestHttp;
    const request = send({
      agent: this.#agent,
      host: hostname.replace(/^\[(.*)\]$/, '$1'),
      port,
      // As it is: a parser of URLs would resolve `..`, which may be a commit id.
      path: `${pathname.replace(/\/$/, '')}${path}`,
      method,
      headers: {
        ...headers,
        ...(this.key !== undefined && { authorization: this.key.authorization }),
        ...(this.identity !== undefined && { 'leftfold-log': this.identity }),
        ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
      },
      ...(signal !== undefined && { signal }),
    });
    this.#running.add(request);
    let isConnected = false;
    const response = new Promise<IncomingMessage>((resolve, reject) => {
      request.once('socket', (socket) => {
        isConnected = !socket.connecting;
        // A connection that is used again has one already.
        if (socket.connecting) socket.once('connect', () => (isConnected = true));
      });
      request.setTimeout(maxSilenceMs, () => request.destroy(new Error('the server does not answer')));
      request.once('response', resolve);
      // Errors that come once the answer has begun are those of its stream.
      request.on('error', reject);
      request.once('close', () => this.#running.delete(request));
    });
    request.end(body);
    return { request, response, isConnected: () => isConnected };
  }
}

interface Sent {
  readonly request: ClientRequest;
  readonly response: Promise<IncomingMessage>;
  /** Whether there was a connection, so that the request may have arrived. */
  readonly isConnected: () => boolean;
}

function isReset(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ECONNRESET' || code === 'EPIPE';
}
