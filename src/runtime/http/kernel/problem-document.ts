/** An error as a problem document (RFC 9457): the runtime's own, Nest's, and those of the platform underneath. */
import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
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

export function documentOf(thrown: unknown): ProblemDocument {
  if (thrown instanceof HttpException && !isOfThePlatform(thrown)) return documentOfException(thrown);
  const error = platformProblem(thrown);
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
    return { type: 'about:blank', title: titleOf(status), status, detail: error.message };
  }
  return {
    type: problemType('internal-error'),
    title: 'Something is wrong on this side',
    status: 500,
    detail: 'The request was not carried out because of a defect here; the server’s log tells more.',
  };
}

export class NothingHere extends Problem {
  /** @param detail which request it was, and where to look instead */
  constructor(detail: string) {
    super('not-found', 'not-found', 'There is nothing here', detail);
  }
}

/** Nest hands on what Fastify refuses as a bare `HttpException` with a text. Everything else is somebody's own. */
function isOfThePlatform(exception: HttpException): boolean {
  return exception.constructor === HttpException && typeof exception.getResponse() === 'string';
}

/** What the platform refuses before a handler is reached, in the words of this API. */
function platformProblem(error: unknown): unknown {
  if (error instanceof Problem || !(error instanceof Error)) return error;
  switch (statusOf(error)) {
    case 400:
      return new Problem('malformed', 'malformed-request', 'The request cannot be read', error.message);
    case 404:
      return new NothingHere(error.message);
    case 413:
      return new BodyTooLarge(limitOf(error));
    case 415:
      return new UnsupportedMediaType(undefined, [JSON_TYPE]);
    default:
      return error;
  }
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  if (error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number') {
    return error.statusCode;
  }
  return undefined;
}

/** The limit of Express's parsers, which the application may have set. */
function limitOf(error: Error): number | undefined {
  return 'limit' in error && typeof error.limit === 'number' ? error.limit : undefined;
}

/**
 * What a Nest exception says, all of it: its status; its message as the detail, several as `errors`; its description as the title;
 * the members of an object that it was made with. A `status`, `type`, `title`, `detail` or `errors` that cannot be the document's is
 * kept in `original`.
 */
function documentOfException(exception: HttpException): ProblemDocument {
  const status = exception.getStatus();
  const response = exception.getResponse();
  const { message, error, statusCode, ...members } = (
    typeof response === 'string' ? { message: response } : response
  ) as Readonly<Record<string, unknown>>;
  const details = [message].flat().filter((each): each is string => typeof each === 'string');
  const own = {
    type: textIn(members, 'type') ?? 'about:blank',
    title: textIn(members, 'title') ?? (typeof error === 'string' ? error : titleOf(status)),
    status,
    detail: textIn(members, 'detail') ?? (details.length > 0 ? details.join('; ') : exception.message),
    ...(Array.isArray(message) && {
      errors: message.map((each: unknown) => (typeof each === 'string' ? { detail: each } : each)),
    }),
  };
  const original = Object.fromEntries(
    Object.entries(members).filter(([name, value]) => name in own && own[name as keyof typeof own] !== value),
  );
  return {
    ...(error !== undefined && typeof error !== 'string' && { error }),
    ...(statusCode !== undefined && statusCode !== status && { statusCode }),
    ...members,
    ...(Object.keys(original).length > 0 && { original }),
    ...own,
  };
}

function textIn(members: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = members[name];
  return typeof value === 'string' ? value : undefined;
}

function titleOf(status: number): string {
  return STATUS_CODES[status] ?? 'Error';
}
