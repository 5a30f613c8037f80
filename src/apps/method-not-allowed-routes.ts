/** `405` with `Allow` on every path of a Fastify application, before a body is read (RFC 9110, 15.5.6). */
import type { FastifyInstance } from 'fastify';
import { METHODS, MethodNotAllowed } from '../runtime/http/kernel/method-not-allowed.js';
import type { ProblemFilter } from '../runtime/http/kernel/problem.filter.js';

export type Routes = ReadonlyMap<string, ReadonlySet<string>>;

/** Records the routes that are registered from now on. */
export function rememberRoutes(fastify: FastifyInstance): Routes {
  const routes = new Map<string, Set<string>>();
  fastify.addHook('onRoute', ({ url, method }) => {
    const methods = routes.get(url) ?? new Set();
    for (const each of [method].flat()) methods.add(each);
    routes.set(url, methods);
  });
  return routes;
}

/** @throws the given error; Fastify's error about a duplicate route gets a message that says how to fix it */
export function onePathEach(error: unknown): never {
  if ((error as { readonly code?: unknown } | undefined)?.code !== 'FST_ERR_DUPLICATED_ROUTE') throw error;
  const { message } = error as Error;
  throw new Error(
    `${message}: two endpoints have one path, so one of them needs another; a projection is served under its name, unless http.path says otherwise`,
    { cause: error },
  );
}

/** Answers all other methods of every registered URL with `405`. */
export function refuseMethodsWithoutRoute(
  fastify: FastifyInstance,
  routes: Routes,
  filter: ProblemFilter,
): void {
  for (const [url, methods] of [...routes]) {
    if (url.includes('*')) continue; // a wildcard belongs to another plugin
    const allow = METHODS.filter((method) => methods.has(method)).join(', ');
    const others = METHODS.filter((method) => !methods.has(method));
    if (allow === '') continue;
    fastify.route({
      url,
      method: others,
      // Before the body is read, since it is not needed.
      onRequest: (request, reply) => {
        void filter.answer(
          new MethodNotAllowed(request.method, allow),
          request,
          reply.header('allow', allow),
        );
      },
      handler: () => undefined,
    });
    if (!methods.has('OPTIONS')) {
      fastify.route({
        url,
        method: 'OPTIONS',
        handler: (_request, reply) => reply.status(204).header('allow', `${allow}, OPTIONS`).send(),
      });
    }
  }
}
