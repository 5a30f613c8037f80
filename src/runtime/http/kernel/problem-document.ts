/** An error as a problem document (RFC 9457): the runtime's own, Nest's, and those of the platform underneath. */
import { STATUS_CODES } from 'node:http';
import { HttpException, NotFoundException } from '@nestjs/common';
import { MalformedRequest } from './parameters.js';
import {
  BodyTooLarge,
  JSON_TYPE,
  MalformedBody,
  UnsupportedEncoding,
  UnsupportedMediaType,
} from './bodies.js';
import { Problem, problemType, type ProblemKind } from './problem.js';

const STATUS: Readonly<Record<ProblemKind, number>> = {
  malformed: 400,
  unauthorized: 401,
  forbidden: 403,
  'not-found': 404,
  'method-not-allowed': 405,
  'not-acceptable': 406,
  conflict: 409,
  'too-large': 413,
  misdirected: 421,
  'unsupported-media-type': 415,
  invalid: 422,
  'upgrade-required': 426,
  'too-many-requests': 429,
  'method-unknown': 501,
  unavailable: 503,
  misconfigured: 500,
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
  const error = isUnknownPath(thrown) ? new NothingHere(thrown.message) : platformProblem(thrown);
  if (error instanceof HttpException) return documentOfException(error);
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
    const title = titleOf(status);
    return { type: 'about:blank', title, status, detail: isExposed(error) ? error.message : title };
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

/** Nest's refusal of a path that no route has. */
export function isUnknownPath(error: unknown): error is NotFoundException {
  return error instanceof NotFoundException && /^Cannot [A-Z]+ \//.test(error.message);
}

/** What the platform refuses before a handler is reached, in the words of this API; everything else as it is. */
function platformProblem(thrown: unknown): unknown {
  const error = platformErrorIn(thrown);
  if (error === undefined) return thrown;
  switch (statusOf(error)) {
    case 400:
      return isOfZlib(error)
        ? new MalformedBody(`The body is not what its Content-Encoding says: ${error.message}.`)
        : new MalformedRequest(error.message);
    case 404:
      return new NothingHere(error.message);
    case 413:
      return new BodyTooLarge(limitOf(error));
    case 415:
      return unsupported(error);
    default:
      return error;
  }
}

/** Fastify refuses a media type that has no parser; those of Express refuse an encoding. */
function unsupported(error: Error): Problem {
  const type = 'type' in error ? error.type : undefined;
  if (type === 'encoding.unsupported')
    return UnsupportedEncoding.of('Content-Encoding', shownIn(error, 'encoding'));
  if (type === 'charset.unsupported')
    return UnsupportedEncoding.of('Content-Type', shownIn(error, 'charset'));
  return new UnsupportedMediaType(undefined, [JSON_TYPE]);
}

function shownIn(error: Error, member: 'encoding' | 'charset'): string {
  return String((error as { readonly encoding?: unknown; readonly charset?: unknown })[member]);
}

/** The platform's error itself, or as Nest hands it on: the cause of an exception with the same message. */
function platformErrorIn(thrown: unknown): Error | undefined {
  if (!(thrown instanceof Error)) return undefined;
  if (!(thrown instanceof HttpException)) return isOfThePlatform(thrown) ? thrown : undefined;
  const { cause } = thrown;
  return cause instanceof Error && cause.message === thrown.message && isOfThePlatform(cause)
    ? cause
    : undefined;
}

/** Fastify's errors have a code, those of Express's parsers a type; Express refuses a path that it cannot decode with a `URIError`. */
export function isOfThePlatform(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && String(error.code).startsWith('FST_ERR_')) return true;
  if (statusOf(error) === undefined) return false;
  return (
    error instanceof URIError ||
    isOfZlib(error) ||
    ('type' in error && typeof error.type === 'string' && 'expose' in error)
  );
}

/** Express's parsers hand on what zlib says of a compressed body. */
function isOfZlib(error: Error): boolean {
  return 'code' in error && String(error.code).startsWith('Z_') && 'expose' in error;
}

function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('statusCode' in error && typeof error.statusCode === 'number') return error.statusCode;
  return 'status' in error && typeof error.status === 'number' ? error.status : undefined;
}

/** Errors of `http-errors` say whether a client may read their message. */
function isExposed(error: Error): boolean {
  return !('expose' in error) || error.expose !== false;
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
