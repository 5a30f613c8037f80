/** What the runtime's endpoints need of an application that they did not set up: its bodies as they were sent, and refused methods. */
import type { HttpServer, OnModuleInit, Type } from '@nestjs/common';
import type { HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { FORM_TYPE, JSON_TYPE, NDJSON_TYPE, RAW_BODY_NEEDED, BODY_LIMIT } from './bodies.js';
import { OWN_BOOTSTRAP } from './exchange.js';
import type { Links } from './links.js';
import { pathsOf, refuseOtherMethods, type PathMethods } from './method-not-allowed.js';
import type { ProblemFilter } from './problem.filter.js';

/** The types whose parsers lose what was sent: Nest's names of them on Express, and media types on Fastify. */
const PARSED = ['json', 'urlencoded', JSON_TYPE, FORM_TYPE];

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
}

export interface ForeignApplicationOptions {
  /** Whether an endpoint that reads bodies is served. */
  readonly readsBodies: boolean;
  /** Media types that are JSON under another name. */
  readonly jsonTypes: readonly string[];
  /** The controllers of these modules are the runtime's own. */
  readonly modules: ReadonlySet<Type>;
}

/** Does nothing where `createHttpApplication` has set the application up, nor where nothing is served. */
export class ForeignApplication implements OnModuleInit {
  /** Of each parser that the application has set up, whether it keeps the bytes. */
  readonly #keepsBytes: boolean[] = [];

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
    if (this.options.readsBodies) {
      // Fastify parses JSON by itself; Express leaves what is not parsed to be read.
      const areKept = platform === 'fastify' ? this.#keepsBytes.length > 0 : true;
      if (!areKept || this.#keepsBytes.includes(false)) throw new Error(RAW_BODY_NEEDED);
    }
    if (platform === 'fastify')
      keepBytes(instance as FastifyInstance, [NDJSON_TYPE, ...this.options.jsonTypes]);
    refuseOtherMethods(adapter, this.#paths(), this.filter);
  }

  #watch(adapter: ParserSetup | null): void {
    if (adapter === null) return; // an application context serves nothing
    const registerParserMiddleware = adapter.registerParserMiddleware.bind(adapter);
    const useBodyParser = adapter.useBodyParser?.bind(adapter);
    adapter.registerParserMiddleware = (prefix, rawBody) => {
      this.#keepsBytes.push(rawBody === true);
      return registerParserMiddleware(prefix, rawBody);
    };
    if (useBodyParser === undefined) return;
    adapter.useBodyParser = (type, rawBody, ...more) => {
      if ([type].flat().some(isParsed)) this.#keepsBytes.push(rawBody === true);
      return useBodyParser(type, rawBody, ...more);
    };
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
    return paths;
  }
}

function isParsed(type: string | RegExp): boolean {
  return typeof type === 'string' ? PARSED.includes(type) : PARSED.some((each) => type.test(each));
}

/** Lets Fastify accept media types that the application has no parser for, as bytes. */
function keepBytes(fastify: FastifyInstance, types: readonly string[]): void {
  for (const type of types) {
    if (fastify.hasContentTypeParser(type) || fastify.hasContentTypeParser('*')) continue;
    fastify.addContentTypeParser(
      type,
      { parseAs: 'buffer', bodyLimit: BODY_LIMIT },
      (request, body, done) => {
        request.rawBody = body;
        done(null, body);
      },
    );
  }
}
