/** What the runtime's endpoints need of an application that they did not set up: its bodies as they were sent, and refused methods. */
import type { Server } from 'node:http';
import type { BeforeApplicationShutdown, HttpServer, OnModuleInit, Type } from '@nestjs/common';
import type { HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { FORM_TYPE, JSON_TYPE, NDJSON_TYPE, RAW_BODY_NEEDED, BODY_LIMIT } from './bodies.js';
import { OWN_BOOTSTRAP, type HttpRequest, type HttpResponse } from './exchange.js';
import { endConnections } from './foreign-close.js';
import type { Links } from './links.js';
import { pathsOf, refuseOtherMethods, type PathMethods } from './method-not-allowed.js';
import { isOfThePlatform } from './problem-document.js';
import type { ProblemFilter } from './problem.filter.js';
import { UnusedConnections } from './unused-connections.js';
import { bySpecificity, isAt, orderRoutes } from './route-order.js';

/** The types whose parsers lose what was sent: Nest's names of them on Express, and media types on Fastify. */
const PARSED = ['json', 'urlencoded', JSON_TYPE, FORM_TYPE];

/** What Express's parsers are called in the stack of a router. */
const EXPRESS_PARSERS = ['jsonParser', 'urlencodedParser'];

interface ExpressLayer {
  readonly route?: { readonly path: unknown };
  readonly handle?: { readonly name?: string };
  /** Whether it is mounted at `/`. */
  readonly slash?: boolean;
}

interface ExpressInstance {
  readonly router?: { readonly stack?: ExpressLayer[] };
  use(
    handler: (
      error: unknown,
      request: HttpRequest,
      response: HttpResponse,
      next: (error: unknown) => void,
    ) => void,
  ): unknown;
}

interface FastifyInstance {
  hasContentTypeParser(type: string): boolean;
  addContentTypeParser(
    type: string,
    options: { readonly parseAs: 'buffer'; readonly bodyLimit: number },
    parser: (
      request: { rawBody?: Buffer },
      body: Buffer,
      done: (error: Error | null, body?: unknown) => void,
    ) => void,
  ): void;
}

interface ParserSetup {
  useBodyParser?(type: string | readonly string[] | RegExp, rawBody?: boolean, ...more: unknown[]): unknown;
  registerParserMiddleware(prefix?: string, rawBody?: boolean): unknown;
  getInstance(): unknown;
}

export interface ForeignApplicationOptions {
  /** Whether an endpoint that reads bodies is served. */
  readonly readsBodies: boolean;
  /** Media types that are JSON under another name. */
  readonly jsonTypes: readonly string[];
  /** Further media types, each with the most bytes of its bodies. */
  readonly largeTypes?: Readonly<Record<string, number>>;
  /** The controllers of these modules are the runtime's own. */
  readonly modules: ReadonlySet<Type>;
}

/** Does nothing where `createHttpApplication` has set the application up, nor where nothing is served. */
export class ForeignApplication implements OnModuleInit, BeforeApplicationShutdown {
  /** Of each parser that the application has set up, whether it keeps the bytes. */
  readonly #keepsBytes: boolean[] = [];
  /** Express's layers that Nest has added for its parsers. */
  readonly #parsersOfNest = new Set<ExpressLayer>();
  #unused: UnusedConnections | undefined;

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly container: ModulesContainer,
    private readonly links: Links,
    private readonly filter: ProblemFilter,
    private readonly options: ForeignApplicationOptions,
  ) {
    // A testing module gets its adapter after its providers.
    host.init$.subscribe(() => {
      this.#watch(host.httpAdapter);
    });
  }

  /** Parsers and routes of the application are registered by now. @throws Error when its parsers lose the bytes */
  onModuleInit(): void {
    const adapter = this.host.httpAdapter as HttpServer | null | undefined;
    if (adapter === undefined || adapter === null) return;
    const platform = adapter.getType();
    const instance = adapter.getInstance() as object;
    if (OWN_BOOTSTRAP in instance || (platform !== 'fastify' && platform !== 'express')) return;
    const server = adapter.getHttpServer() as Server | undefined;
    if (server !== undefined) this.#unused = new UnusedConnections(server);
    if (this.options.readsBodies) {
      // Fastify parses JSON by itself; Express leaves what is not parsed to be read.
      const areKept = platform === 'fastify' ? this.#keepsBytes.length > 0 : true;
      const hasOwnParser = parsersIn(instance).some((layer) => !this.#parsersOfNest.has(layer));
      if (!areKept || hasOwnParser || this.#keepsBytes.includes(false)) throw new Error(RAW_BODY_NEEDED);
    }
    if (platform === 'fastify')
      keepBytes(
        instance as FastifyInstance,
        new Map([
          ...[NDJSON_TYPE, ...this.options.jsonTypes].map((type) => [type, BODY_LIMIT] as const),
          ...Object.entries(this.options.largeTypes ?? {}),
        ]),
      );
    const paths = this.#paths();
    if (platform === 'express') {
      orderRoutes((instance as ExpressInstance).router?.stack ?? [], paths);
      this.#answerPlatform(instance as ExpressInstance, paths);
    }
    refuseOtherMethods(adapter, paths, this.filter);
  }

  /** The server closes next. */
  beforeApplicationShutdown(): void {
    const adapter = this.host.httpAdapter as HttpServer | null | undefined;
    if (adapter === undefined || adapter === null || OWN_BOOTSTRAP in (adapter.getInstance() as object))
      return;
    const server = adapter.getHttpServer() as Server | undefined;
    if (server !== undefined) endConnections(server, this.#unused);
  }

  /**
   * What Express refuses before a route is found does not reach the filter of a controller: a body that its parsers do not read, a parameter that
   * cannot be decoded.
   */
  #answerPlatform(express: ExpressInstance, paths: PathMethods): void {
    express.use((error, request, response, next) => {
      // Elsewhere, and by another method, the application may serve something of its own.
      const [path = ''] = request.originalUrl.split('?', 1);
      const isOwn = [...paths].some(([route, methods]) => methods.has(request.method) && isAt(route, path));
      if (isOwn && isOfThePlatform(error)) void this.filter.answer(error, request, response);
      else next(error);
    });
  }

  #watch(adapter: ParserSetup | null): void {
    if (adapter === null) return; // an application context serves nothing
    const registerParserMiddleware = adapter.registerParserMiddleware.bind(adapter);
    const useBodyParser = adapter.useBodyParser?.bind(adapter);
    adapter.registerParserMiddleware = (prefix, rawBody) => {
      this.#keepsBytes.push(rawBody === true);
      return this.#rememberParsers(adapter, () => registerParserMiddleware(prefix, rawBody));
    };
    if (useBodyParser === undefined) return;
    adapter.useBodyParser = (type, rawBody, ...more) => {
      if ([type].flat().some(isParsed)) this.#keepsBytes.push(rawBody === true);
      return this.#rememberParsers(adapter, () => useBodyParser(type, rawBody, ...more));
    };
  }

  /** Nest leaves out a parser of its own where the application has one already, which `rawBody` then says nothing of. */
  #rememberParsers(adapter: ParserSetup, register: () => unknown): unknown {
    const before = new Set(parsersIn(adapter.getInstance()));
    const result = register();
    for (const layer of parsersIn(adapter.getInstance()))
      if (!before.has(layer)) this.#parsersOfNest.add(layer);
    return result;
  }

  #paths(): PathMethods {
    const paths = new Map<string, Set<string>>();
    for (const { metatype, controllers } of this.container.values()) {
      if (!this.options.modules.has(metatype)) continue;
      for (const controller of controllers.values()) {
        for (const [path, methods] of pathsOf(controller.metatype as Type)) {
          const full = this.links.runtime(path);
          paths.set(full, new Set([...(paths.get(full) ?? []), ...methods]));
        }
      }
    }
    return new Map([...paths].sort(([one], [other]) => bySpecificity(one, other)));
  }
}

/** Express's parsers that see every request. One that is wrapped, or that only a path has, is not found: its requests are refused one by one. */
function parsersIn(instance: unknown): readonly ExpressLayer[] {
  const stack = (instance as ExpressInstance).router?.stack ?? [];
  return stack.filter(({ handle, slash }) => slash !== false && EXPRESS_PARSERS.includes(handle?.name ?? ''));
}

function isParsed(type: string | RegExp): boolean {
  return typeof type === 'string' ? PARSED.includes(type) : PARSED.some((each) => type.test(each));
}

/** Lets Fastify accept media types that the application has no parser for, as bytes. */
function keepBytes(fastify: FastifyInstance, limits: ReadonlyMap<string, number>): void {
  for (const [type, bodyLimit] of limits) {
    if (fastify.hasContentTypeParser(type) || fastify.hasContentTypeParser('*')) continue;
    fastify.addContentTypeParser(type, { parseAs: 'buffer', bodyLimit }, (request, body, done) => {
      request.rawBody = body;
      done(null, body);
    });
  }
}
