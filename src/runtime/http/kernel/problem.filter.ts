/** Answers errors as `application/problem+json` (RFC 9457). */
import {
  Catch,
  HttpException,
  Inject,
  Logger,
  Optional,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import { throwError } from 'rxjs';
import { answeredAsEnded } from './event-streams.js';
import {
  hasBegun,
  isFastify,
  rawResponse,
  send,
  type Headers,
  type HttpRequest,
  type HttpResponse,
} from './exchange.js';
import { documentOf } from './problem-document.js';
import { Problem } from './problem.js';
import { RECENT_PROBLEMS, type RecentProblems } from './recent-problems.js';
import { unsendableIn } from './sendable-headers.js';

/** Token of a function: the headers that every problem's answer carries. `LeftfoldModule` provides `Leftfold-Position`. */
export const PROBLEM_HEADERS = 'leftfold:problem-headers';

export type ProblemHeaders = () => Promise<Headers>;

const NO_HEADERS: ProblemHeaders = () => Promise.resolve({});

/** Answers to those who were let in nowhere: how far the log has come is nothing for them. A `405` comes before any guard. */
const WITHOUT_HEADERS: ReadonlySet<number> = new Set([401, 403, 405, 421, 501]);

const NOTHING_MORE = { retryAfter: undefined, headers: {} };

/**
 * HTTP only. The runtime's own controllers are bound to it. For others: `@UseFilters(ProblemFilter)`, or `app.useGlobalFilters(app.get(ProblemFilter))`.
 * A `Problem` and Nest's exceptions are answered with what they say, every other error with a `500` that tells nothing of its inside.
 * Bound globally it is handed the errors of other transports as well, and hands them on as they are: an RPC handler fails with the error,
 * a GraphQL resolver returns it, which GraphQL takes as failing. A WebSocket client is not told; bind Nest's `BaseWsExceptionFilter` there.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #logger = new Logger('Http');
  readonly #logged = new Set<string>();

  /**
   * @param headers when they cannot be found out, the problem is answered without
   * @param recent where what is answered is kept for operators
   */
  constructor(
    @Optional() @Inject(PROBLEM_HEADERS) private readonly headers: ProblemHeaders = NO_HEADERS,
    @Optional() @Inject(RECENT_PROBLEMS) private readonly recent?: Pick<RecentProblems, 'note'>,
  ) {}

  /** @returns what Nest wants of the filter of a transport: of RPC an observable, of others a value or a promise */
  catch(error: unknown, host: ArgumentsHost): unknown {
    const transport: string = host.getType();
    if (transport === 'rpc') return throwError(() => error);
    if (transport !== 'http') {
      if (!(error instanceof Problem || error instanceof HttpException)) this.#logger.error(transport, error);
      return error;
    }
    const http = host.switchToHttp();
    return this.answer(error, http.getRequest<HttpRequest>(), http.getResponse<HttpResponse>());
  }

  /** For what is refused before a route is reached, too. */
  async answer(error: unknown, request: HttpRequest, response: HttpResponse): Promise<void> {
    const document = documentOf(error);
    this.recent?.note(document, request);
    const headers = WITHOUT_HEADERS.has(document.status) ? {} : await this.headers().catch(() => ({}));
    if ((document.status === 500 || logKeyOf(error) !== undefined) && !this.#isLogged(error))
      this.#logger.error(`${request.method} ${request.originalUrl}`, stackOf(error));
    // Once the status of a stream is out, cutting the connection is the only sign of a failure that is left.
    if (hasBegun(response)) {
      rawResponse(response).destroy();
      return;
    }
    if (answeredAsEnded(error, request, response, headers)) return;
    const { retryAfter, headers: own } = error instanceof Problem ? error : NOTHING_MORE;
    const all = {
      ...headers,
      ...own,
      ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
      'content-type': 'application/problem+json',
    };
    send(response, document.status, this.#sendable(all, request, response), JSON.stringify(document));
  }

  /** A header that Node would throw at is left out, also one that a controller has set before: without it there is an answer. */
  #sendable(headers: Headers, request: HttpRequest, response: HttpResponse): Headers {
    const wrong = new Set([
      ...unsendableIn(headers),
      ...unsendableIn(isFastify(response) ? response.getHeaders() : {}),
    ]);
    if (wrong.size === 0) return headers;
    for (const name of wrong) if (isFastify(response)) response.removeHeader(name);
    const names = [...wrong].map((name) => JSON.stringify(name)).join(', ');
    this.#logger.error(
      `${request.method} ${request.originalUrl}: answered without the header ${names}, whose name or value HTTP does not allow`,
    );
    return Object.fromEntries(Object.entries(headers).filter(([name]) => !wrong.has(name)));
  }

  /** What is wrong with each request is in the log once. */
  #isLogged(error: unknown): boolean {
    const key = logKeyOf(error);
    if (key === undefined) return false;
    const isLogged = this.#logged.has(key);
    if (this.#logged.size < MAX_LOGGED) this.#logged.add(key);
    return isLogged;
  }
}

/** Keys that are remembered; past it, what they stand for is logged each time. */
const MAX_LOGGED = 10_000;

/** Of a problem that is logged once. What is wrong with the application's setup is wrong with each request. */
function logKeyOf(error: unknown): string | undefined {
  if (!(error instanceof Problem)) return undefined;
  return error.logKey === undefined
    ? error.kind === 'misconfigured'
      ? error.type
      : undefined
    : `${error.type} ${error.logKey}`;
}

/** With that of its cause. */
function stackOf(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { cause } = error;
  return cause instanceof Error
    ? `${error.stack ?? ''}\ncaused by ${cause.stack ?? cause.message}`
    : error.stack;
}
