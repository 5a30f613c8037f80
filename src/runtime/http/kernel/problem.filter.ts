/** The one place where an error becomes an HTTP answer: `application/problem+json` (RFC 9457). */
import { STATUS_CODES } from 'node:http';
import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { BodyTooLarge, JSON_TYPE, UnsupportedMediaType } from './bodies.js';
import { Problem, problemType, type ProblemKind } from './problem.js';

const STATUS: Readonly<Record<ProblemKind, number>> = {
  malformed: 400,
  'not-found': 404,
  'method-not-allowed': 405,
  'not-acceptable': 406,
  conflict: 409,
  'too-large': 413,
  'unsupported-media-type': 415,
  invalid: 422,
  unavailable: 503,
  damaged: 500,
  'storage-full': 507,
};

export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly [member: string]: unknown;
}

@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #logger = new Logger('Http');

  /** @param headers what every problem's answer carries besides; a failure to find out is no reason not to answer */
  constructor(private readonly headers: () => Promise<Readonly<Record<string, string>>>) {}

  catch(error: unknown, host: ArgumentsHost): Promise<void> {
    const http = host.switchToHttp();
    return this.answer(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  /** For what is refused before a route is reached, too. */
  async answer(error: unknown, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const headers = await this.headers().catch(() => ({}));
    const document = documentOf(error);
    if (document.status === 500) {
      this.#logger.error(`${request.method} ${request.url}`, error instanceof Error ? error.stack : error);
    }
    // A stream that has begun cannot change its mind about the status; cutting it is the only honest sign.
    if (reply.sent) {
      reply.raw.destroy();
      return;
    }
    if (error instanceof Problem && error.retryAfter !== undefined) {
      void reply.header('retry-after', String(error.retryAfter));
    }
    void reply
      .headers(headers)
      .status(document.status)
      .header('content-type', 'application/problem+json')
      .send(JSON.stringify(document));
  }
}

export function documentOf(thrown: unknown): ProblemDocument {
  const error = ours(thrown);
  if (error instanceof Problem) {
    return {
      ...error.extensions,
      type: error.type,
      title: error.title,
      status: STATUS[error.kind],
      detail: error.detail,
      ...(error.faults.length > 0 && { errors: error.faults }),
    };
  }
  const status = statusOf(error);
  if (status !== undefined && status < 500 && error instanceof Error) {
    return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail: error.message };
  }
  return {
    type: problemType('internal-error'),
    title: 'Something is wrong on this side',
    status: 500,
    detail: 'The request was not carried out because of a defect here; the server’s log tells more.',
  };
}

/** The status that Nest or Fastify gave an error of its own. */
function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  if (error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number') {
    return error.statusCode;
  }
  return undefined;
}

/** What Nest and Fastify refuse by themselves, in our words. */
function ours(error: unknown): unknown {
  if (error instanceof Problem || !(error instanceof Error)) return error;
  switch (statusOf(error)) {
    case 400:
      return new Problem('malformed', 'malformed-request', 'The request cannot be read', error.message);
    case 404:
      return new NothingHere(error.message);
    case 413:
      return new BodyTooLarge();
    case 415:
      return new UnsupportedMediaType(undefined, [JSON_TYPE]);
    default:
      return error;
  }
}

export class NothingHere extends Problem {
  /** @param message which request it was */
  constructor(message: string) {
    super('not-found', 'not-found', 'There is nothing here', `${message}; /docs shows all that there is.`);
  }
}
