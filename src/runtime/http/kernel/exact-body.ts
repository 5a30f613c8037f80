/** Refuses what a parser of JSON would round or drop, where a controller takes a body with `@Body()`. */
import {
  Injectable,
  type ArgumentMetadata,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
  type PipeTransform,
} from '@nestjs/common';
import { ROUTE_ARGS_METADATA, RouteParamtypes } from '@nestjs/common/internal';
import type { Observable } from 'rxjs';
import {
  BodyAlreadyRead,
  JSON_TYPE,
  UNREAD,
  UnsupportedMediaType,
  isJsonType,
  isParsedExactly,
  parseBytes,
} from './bodies.js';
import { findInexact } from './exact-json.js';
import type { HttpRequest } from './exchange.js';
import { InvalidBody, pointer } from './problem.js';

/**
 * For an application of one's own: `@UseInterceptors(ExactBody)` on a controller, or `app.useGlobalInterceptors(new ExactBody())`. A number
 * that no double holds, and a member that is there twice, are refused before the handler; nothing else about the body changes. Bodies other
 * than JSON, and handlers without `@Body()`, are left alone. Needs `rawBody: true`, and `ProblemFilter` so that the refusal is a problem.
 */
@Injectable()
export class ExactBody implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() === 'http' && takesBody(context))
      requireExactBody(context.switchToHttp().getRequest<HttpRequest>());
    return next.handle();
  }
}

function takesBody(context: ExecutionContext): boolean {
  const parameters = Reflect.getMetadata(
    ROUTE_ARGS_METADATA,
    context.getClass(),
    context.getHandler().name,
  ) as object | undefined;
  return Object.keys(parameters ?? {}).some((key) => key.startsWith(`${RouteParamtypes.BODY}:`));
}

/** @throws InvalidBody, MalformedBody, UnsupportedMediaType, BodyAlreadyRead */
function requireExactBody(request: HttpRequest): void {
  const inexact = findInexact(exactBody(request));
  if (inexact === undefined) return;
  throw new InvalidBody([{ detail: inexact.number.detail, pointer: pointer(inexact.path) }]);
}

function exactBody(request: HttpRequest): unknown {
  const { body, rawBody, headers } = request;
  const type = headers['content-type'];
  if (body === UNREAD) throw new UnsupportedMediaType(type, [JSON_TYPE]);
  if (isParsedExactly(request)) return body;
  if (body === undefined || !isJsonType(type)) return undefined;
  if (rawBody === undefined) throw new BodyAlreadyRead();
  return parseBytes(rawBody, JSON_TYPE);
}

/**
 * The same for an application whose own parsers read bodies exactly. A pipe costs only handlers that have such parameters, where a
 * global interceptor halves the rate of every handler.
 */
export class ExactBodyPipe implements PipeTransform {
  transform(value: unknown, { type }: ArgumentMetadata): unknown {
    if (type !== 'body') return value;
    if (value === UNREAD) throw new UnsupportedMediaType(undefined, [JSON_TYPE]);
    const inexact = findInexact(value);
    if (inexact === undefined) return value;
    throw new InvalidBody([{ detail: inexact.number.detail, pointer: pointer(inexact.path) }]);
  }
}
