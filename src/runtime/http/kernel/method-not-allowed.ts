/** `405` with `Allow`, where there is something under the URL but not with this method (RFC 9110, 15.5.6). */
import { RequestMethod, type HttpServer, type Type } from '@nestjs/common';
import type { HttpRequest, HttpResponse } from './exchange.js';
import { rawResponse, send } from './exchange.js';
import { Problem } from './problem.js';
import type { ProblemFilter } from './problem.filter.js';

export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

export class MethodNotAllowed extends Problem {
  constructor(method: string, allow: string) {
    const reason = ['PUT', 'PATCH', 'DELETE'].includes(method)
      ? ' What is recorded is never changed or deleted.'
      : '';
    super(
      'method-not-allowed',
      'method-not-allowed',
      'The method is not allowed here',
      `${method} is not possible here; ${allow} is.${reason}`,
    );
  }
}

/** Paths, with their parameters as Nest writes them (`/projections/:name`), and the methods of each. */
export type PathMethods = ReadonlyMap<string, ReadonlySet<string>>;

/** One endpoint of a controller. */
export interface ControllerRoute {
  /** As Nest writes it, without a prefix: `/projections/:name`. */
  readonly path: string;
  readonly method: string;
  readonly handler: object;
}

/** What a controller serves, read off its decorators. */
export function routesIn(controller: Type): readonly ControllerRoute[] {
  const prototype = controller.prototype as Readonly<Record<string, unknown>>;
  return [...namesIn(prototype)].flatMap((name) => {
    const handler = prototype[name];
    if (typeof handler !== 'function' || !Reflect.hasMetadata('method', handler)) return [];
    const method = RequestMethod[Reflect.getMetadata('method', handler) as RequestMethod];
    return pathsIn(controller).flatMap((before) =>
      pathsIn(handler).map((after) => ({ path: joined(before, after), method, handler })),
    );
  });
}

/** A controller or a handler may have several. */
function pathsIn(target: object): readonly string[] {
  return [(Reflect.getMetadata('path', target) ?? '') as string | readonly string[]].flat();
}

function joined(...parts: readonly string[]): string {
  const segments = parts.flatMap((part) => part.split('/')).filter((part) => part !== '');
  return `/${segments.join('/')}`;
}

/** The methods of each path of a controller. */
export function pathsOf(controller: Type): PathMethods {
  const paths = new Map<string, Set<string>>();
  for (const { path, method } of routesIn(controller)) {
    const methods = paths.get(path) ?? new Set<string>();
    for (const each of method === 'GET' ? ['GET', 'HEAD'] : [method]) methods.add(each);
    paths.set(path, methods);
  }
  return paths;
}

/** Of its own methods, and of those that it inherits. */
function namesIn(prototype: object): ReadonlySet<string> {
  const names = new Set<string>();
  let each: unknown = prototype;
  while (typeof each === 'object' && each !== null && each !== Object.prototype) {
    for (const name of Object.getOwnPropertyNames(each)) names.add(name);
    each = Object.getPrototypeOf(each);
  }
  return names;
}

/**
 * Gives these paths an answer to the methods that they do not have. To be called when all routes of the application are registered:
 * a method that the application itself serves on such a path stays as it is.
 */
export function refuseOtherMethods(adapter: HttpServer, paths: PathMethods, filter: ProblemFilter): void {
  for (const [path, methods] of paths) {
    const served = METHODS.filter((method) => methods.has(method) || isServed(adapter, path, method));
    const allow = served.join(', ');
    const refuse = (request: HttpRequest, response: HttpResponse): void => {
      setAllow(response, allow);
      void filter.answer(new MethodNotAllowed(request.method, allow), request, response);
    };
    for (const method of METHODS) {
      if (method === 'HEAD' || served.includes(method)) continue; // both platforms answer HEAD as they do GET
      adapter[METHOD_OF_ADAPTER[method]](path, refuse);
    }
    if (!isServed(adapter, path, 'OPTIONS')) {
      adapter.options(path, (_request: HttpRequest, response: HttpResponse) => {
        send(response, 204, { allow: `${allow}, OPTIONS` });
      });
    }
    // Express also routes TRACE, PROPFIND and the like; what the application serves comes before.
    if (adapter.getType() === 'express') adapter.all(path, refuse);
  }
}

const METHOD_OF_ADAPTER = {
  GET: 'get',
  POST: 'post',
  PUT: 'put',
  PATCH: 'patch',
  DELETE: 'delete',
} as const;

interface FastifyRoutes {
  hasRoute(route: { readonly url: string; readonly method: string }): boolean;
}

interface ExpressRoutes {
  readonly router: {
    readonly stack: readonly {
      readonly route?: { readonly path: unknown; readonly methods: Readonly<Record<string, boolean>> };
    }[];
  };
}

function isServed(adapter: HttpServer, path: string, method: string): boolean {
  const instance = adapter.getInstance() as Partial<FastifyRoutes> & Partial<ExpressRoutes>;
  if (instance.hasRoute !== undefined) return instance.hasRoute({ url: path, method });
  return (
    instance.router?.stack.some(
      ({ route }) =>
        route?.path === path && (route.methods[method.toLowerCase()] ?? route.methods['_all']) === true,
    ) === true
  );
}

export function setAllow(response: HttpResponse, allow: string): void {
  if ('raw' in response) response.header('allow', allow);
  else rawResponse(response).setHeader('allow', allow);
}
