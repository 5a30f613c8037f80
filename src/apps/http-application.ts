/** A Nest application on Fastify with everything that the HTTP promises rest on; `main.ts` and tests start the same one. */
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { DynamicModule, INestApplicationContext, LoggerService } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { BODY_LIMIT, registerBodyParsers } from '../runtime/http/kernel/bodies.js';
import { closeGracefully } from './graceful-close.js';
import { keepTick } from '../runtime/http/kernel/kept-tick.js';
import { onePathEach, refuseOtherMethods, rememberRoutes } from '../runtime/http/kernel/methods.js';
import { PATHS } from '../runtime/http/kernel/paths.js';
import { ProblemFilter } from '../runtime/http/kernel/problem.filter.js';

export interface HttpOptions {
  readonly title: string;
  readonly description: string;
  readonly version: string;
  /** Media types that are JSON under another name. */
  readonly jsonTypes: readonly string[];
  readonly logger: LoggerService;
  /** Headers that every refusal carries. */
  readonly problemHeaders: (app: INestApplicationContext) => Promise<Readonly<Record<string, string>>>;
}

/** A request must have arrived after so long, in milliseconds; one that never does would hold up the end for ever. */
const REQUEST_TIMEOUT_MS = 30_000;

/** Ready to listen: routes, problems, `405`s, `/openapi.json` and `/docs` are in place. @throws Error when two endpoints have one path */
export async function createHttpApplication(
  module: DynamicModule,
  { title, description, version, jsonTypes, logger, problemHeaders }: HttpOptions,
): Promise<NestFastifyApplication> {
  keepTick();
  const filter = new ProblemFilter(() => problemHeaders(app));
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    skipMiddie: true, // there is no Express middleware here
    // What Fastify refuses before it looks for a route, such as a path that cannot be decoded.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      void filter.answer(error, request, reply);
    },
  });
  const fastify = adapter.getInstance();
  const routes = rememberRoutes(fastify);
  closeGracefully(fastify);
  const app: NestFastifyApplication = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    bodyParser: false,
    abortOnError: false,
    logger,
  });
  registerBodyParsers(fastify, jsonTypes);
  app.useGlobalFilters(filter);
  const document = new DocumentBuilder()
    .setTitle(title)
    .setDescription(description)
    .setVersion(version)
    .build();
  SwaggerModule.setup(
    PATHS.docs,
    app,
    () => SwaggerModule.createDocument(app, document, { autoTagControllers: false }),
    {
      jsonDocumentUrl: PATHS.openApi,
      yamlDocumentUrl: PATHS.openApiYaml,
      customSiteTitle: title,
      swaggerOptions: { validatorUrl: null },
    },
  );
  await app.init().catch(onePathEach);
  refuseOtherMethods(fastify, routes, filter);
  return app;
}
