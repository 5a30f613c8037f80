/** An application that serves something of its own where a WebSocket of the runtime is: refused at its start, since one of the two would never be reached. */
import type { HttpServer } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';

/** Which part of `http` has the WebSocket. */
export type Part = `http.${string}`;

interface FastifyRoutes {
  addHook(
    name: 'onRoute',
    hook: (route: {
      readonly url: string;
      readonly method: string | readonly string[];
      readonly constraints?: object;
    }) => void,
  ): void;
}

interface ExpressRoutes {
  readonly router?: {
    readonly stack?: readonly {
      readonly route?: { readonly path: unknown; readonly methods: Readonly<Record<string, boolean>> };
    }[];
  };
}

/**
 * Fastify refuses the second route itself, but does not say whose the first one is. To be called before routes are registered.
 *
 * @param part whose routes they are
 * @param paths where the runtime serves by `GET`
 */
export function refuseSecondRoutes(adapter: HttpServer, part: Part, paths: () => readonly string[]): void {
  if (adapter.getType() !== 'fastify') return;
  const seen = new Set<string>();
  (adapter.getInstance() as FastifyRoutes).addHook('onRoute', ({ url, method, constraints = {} }) => {
    // One that is of another host or version stands beside.
    if (!paths().includes(url) || ![method].flat().includes('GET') || Object.keys(constraints).length > 0)
      return;
    if (seen.has(url)) throw new Error(taken(`GET ${url}`, part));
    seen.add(url);
  });
}

/** Express answers with the first of two routes, without a word. @throws Error */
export function requireOneRouteEach(adapter: HttpServer, part: Part, paths: readonly string[]): void {
  if (adapter.getType() !== 'express') return;
  const { stack = [] } = (adapter.getInstance() as ExpressRoutes).router ?? {};
  for (const path of paths) {
    const serving = stack.filter(({ route }) => route?.path === path && route.methods['get'] === true);
    if (serving.length > 1) throw new Error(taken(`GET ${path}`, part));
  }
}

/** What Nest's `@WebSocketGateway` leaves on a class. */
const IS_GATEWAY = 'websockets:is_gateway';
const GATEWAY_OPTIONS = 'websockets:gateway_options';
const PORT = 'port';

/** Of those on the same server; one with a port of its own has its own paths. @throws Error */
export function requireNoGatewayAt(path: string, part: Part, container: ModulesContainer): void {
  for (const { providers } of container.values()) {
    for (const { metatype } of providers.values()) {
      if (typeof metatype !== 'function' || Reflect.getMetadata(IS_GATEWAY, metatype) !== true) continue;
      const { path: own } = (Reflect.getMetadata(GATEWAY_OPTIONS, metatype) ?? {}) as { path?: unknown };
      const port: unknown = Reflect.getMetadata(PORT, metatype) ?? 0;
      if (port === 0 && typeof own === 'string' && `/${own.replaceAll(/^\/+|\/+$/g, '')}` === path)
        throw new Error(taken(`the WebSocket gateway ${metatype.name} at ${path}`, part));
    }
  }
}

function taken(what: string, part: Part): string {
  return (
    `the application has ${what} itself, where ${part} serves the runtime's own; ` +
    `give it another path, serve the runtime under a prefix (http.prefix), or leave ${part} off`
  );
}
