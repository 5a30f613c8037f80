/** A Nest application on Fastify, with parsers, problems, `405`s and OpenAPI. `main.ts` and the tests start the same one. */
import type { RequestListener } from 'node:http';
import type { DynamicModule, INestApplication, LoggerService } from '@nestjs/common';
import { ModulesContainer, NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access } from '../runtime/access/access.js';
import { Gate } from '../runtime/access/gate.js';
import { scopesByRoute, type ScopesByRoute } from '../runtime/access/required-scope.js';
import { GrantedScopes } from '../runtime/access/scopes.js';
import { completeApi } from '../runtime/http/api-document.js';
import { BODY_LIMIT } from '../runtime/http/kernel/bodies.js';
import { ExactBodyPipe } from '../runtime/http/kernel/exact-body.js';
import {
  OWN_BOOTSTRAP,
  UPGRADE_GATE,
  type HttpRequest,
  type HttpResponse,
} from '../runtime/http/kernel/exchange.js';
import { NothingHere, isUnknownPath } from '../runtime/http/kernel/problem-document.js';
import { PushStreams } from '../runtime/http/push/push-streams.js';
import { commandTypesIn } from '../runtime/http/commands/commands.controller.js';
import { registerBodyParsers } from './body-parsers.js';
import { answerUnreadable } from './unreadable-requests.js';
import { serveContextPage, type ContextPage } from './context-page.js';
import { createHttpServer, type HttpServerOptions } from './http-server.js';
import { serveLandingPage } from './landing-page.js';
import { closeGracefully } from './graceful-close.js';
import type { Forwarding } from './forwarding.js';
import { guardRequests } from './request-hooks.js';
import { keepTick } from './kept-tick.js';
import {
  onePathEach,
  refuseMethodsWithoutRoute,
  rememberRoutes,
  type Routes,
} from './method-not-allowed-routes.js';
import { OriginPolicy, type OriginOptions } from '../runtime/http/kernel/origin-policy.js';
import { PATHS } from '../runtime/http/kernel/paths.js';
import {
  PROBLEM_HEADERS,
  ProblemFilter,
  type ProblemHeaders,
} from '../runtime/http/kernel/problem.filter.js';
import { RECENT_PROBLEMS, type RecentProblems } from '../runtime/http/kernel/recent-problems.js';

export interface HttpOptions extends OriginOptions, HttpServerOptions {
  readonly title: string;
  readonly description: string;
  readonly version: string;
  /** Media types that are JSON under another name. */
  readonly jsonTypes: readonly string[];
  /** Paths under which another path is served, too. */
  readonly aliases?: ReadonlyMap<string, string>;
  /** Hands requests for some contexts to other processes. */
  readonly forwarding?: Forwarding | undefined;
  /** Default: everybody may do everything. */
  readonly access?: Access;
  /** What is shown at `/`. Default: links to everything that there is. */
  readonly page?: ContextPage | undefined;
  readonly logger: LoggerService;
}

/** Answers a request for an unknown path with a hint at what exists. */
class ApplicationFilter extends ProblemFilter {
  override answer(error: unknown, request: HttpRequest, response: HttpResponse): Promise<void> {
    const problem = isUnknownPath(error)
      ? new NothingHere(`${error.message}; /${PATHS.docs} shows all that there is.`)
      : error;
    return super.answer(problem, request, response);
  }
}

/** Undefined in an application that does not keep them. */
function recentProblemsIn(container: ModulesContainer): RecentProblems | undefined {
  const found = [...container.values()].map(
    ({ providers }) => providers.get(RECENT_PROBLEMS)?.instance as RecentProblems | undefined,
  );
  return found.find((each) => each !== undefined);
}

const MAX_PARAMETER_LENGTH = 4096;

function aliased(url: string, aliases: ReadonlyMap<string, string>): string {
  const [path = '', ...query] = url.split('?');
  const target = aliases.get(path);
  return target === undefined ? url : [target, ...query].join('?');
}

const routesByApp = new WeakMap<INestApplication, Routes>();

/** Every path that a server has, with its methods. */
export function routesOf(app: INestApplication): Routes {
  return routesByApp.get(app) ?? new Map<string, ReadonlySet<string>>();
}

/** Ready to listen: routes, problems, `405`s, `/openapi.json` and `/docs` are in place. @throws Error when two endpoints have one path */
export async function createHttpApplication(
  module: DynamicModule,
  {
    title,
    description,
    version,
    jsonTypes,
    aliases = new Map(),
    forwarding,
    access = new Access({ anonymous: GrantedScopes.all }),
    logger,
    certificate,
    connections,
    page,
    ...origins
  }: HttpOptions,
): Promise<NestFastifyApplication> {
  keepTick();
  const filter = new ApplicationFilter(async () => app.get<ProblemHeaders>(PROBLEM_HEADERS)(), {
    note: (document, request) => recent?.note(document, request),
  });
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    serverFactory: (handler: RequestListener) => createHttpServer(handler, { certificate, connections }),
    forceCloseConnections: 'idle',
    return503OnClosing: false, // `closeGracefully` does, with a problem
    clientErrorHandler: answerUnreadable,
    // Commit ids and the keys of entities have up to 255 characters, each of them up to nine in percent-encoding.
    routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH },
    ...(aliases.size > 0 && { rewriteUrl: ({ url = '/' }) => aliased(url, aliases) }),
    skipMiddie: true, // there is no Express middleware here
    // What Fastify refuses before it looks for a route, such as a path that cannot be decoded.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      void filter.answer(error, request, reply);
    },
  });
  const fastify = adapter.getInstance();
  fastify.decorate(OWN_BOOTSTRAP, true);
  fastify.decorate(UPGRADE_GATE, new Gate(new OriginPolicy(origins), access));
  const routes = rememberRoutes(fastify);
  closeGracefully(fastify, filter);
  let scopes: ScopesByRoute | undefined;
  guardRequests(
    fastify,
    { ...origins, access, scopes: () => (scopes ??= scopesByRoute(app.get(ModulesContainer))) },
    filter,
  );
  forwarding?.register(fastify, access, filter);
  const app: NestFastifyApplication = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    bodyParser: false,
    abortOnError: false,
    logger,
  });
  const recent = recentProblemsIn(app.get(ModulesContainer));
  if (forwarding !== undefined)
    app.get(PushStreams).topics.contextElsewhere = (path) => forwarding.contextElsewhere(path);
  registerBodyParsers(fastify, [...jsonTypes, ...commandTypesIn(app.get(ModulesContainer))]);
  app.useGlobalFilters(filter);
  app.useGlobalPipes(new ExactBodyPipe());
  const document = new DocumentBuilder()
    .setTitle(title)
    .setDescription(description)
    .setVersion(version)
    .build();
  let described: OpenAPIObject | undefined;
  const describe = (): OpenAPIObject =>
    (described ??= completeApi(
      app,
      SwaggerModule.createDocument(app, document, { autoTagControllers: false }),
      access,
    ));
  SwaggerModule.setup(PATHS.docs, app, describe, {
    jsonDocumentUrl: PATHS.openApi,
    yamlDocumentUrl: PATHS.openApiYaml,
    customSiteTitle: title,
    swaggerOptions: { validatorUrl: null },
  });
  await app.init().catch(onePathEach);
  serveLandingPage(fastify, describe, filter, page && serveContextPage(fastify, page, filter));
  routesByApp.set(app, new Map([...routes].map(([url, methods]) => [url, new Set(methods)])));
  refuseMethodsWithoutRoute(fastify, routes, filter);
  return app;
}
