/** Starts an app: opens the log, folds it and serves HTTP. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LoggerService } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { CLOUD_EVENTS_TYPE, CLOUD_EVENT_TYPE } from '../runtime/http/events/cloud-event.js';
import { FailedAttempts } from '../runtime/access/failed-attempts.js';
import { Access } from '../runtime/access/access.js';
import { fileErrorText } from '../runtime/file-error-text.js';
import { EventLog } from '../runtime/event-log/event-log.js';
import { position } from '../runtime/event-log/event.js';
import { fullDigestOf } from '../runtime/projection/overview.js';
import type { Projection } from '../runtime/projection/projection.js';
import { ProjectionHost } from '../runtime/projection/projection-host.js';
import { threadTurns } from '../runtime/http/kernel/thread-turns.js';
import { AppModule, type AppDefinition } from './app-definition.js';
import { authenticatorsOf, hasCredentials } from './authenticators.js';
import { ForwardingModule } from './forwarding.controller.js';
import { Forwarding, type ForwardedContext } from './forwarding.js';
import { createHttpApplication } from './http-application.js';
import { listenOnEach } from './http-server.js';
import { requireKnownLog } from './known-log.js';
import { requireCredentials } from './network-settings.js';
import { openStore } from './open-store.js';
import { InvalidSetting, type Settings } from './settings.js';
import { TlsCertificate } from './tls-certificate.js';

export interface Running {
  readonly app: NestFastifyApplication;
  /** Where it listens: `http://127.0.0.1:3000`. */
  readonly url: string;
  /** Reads the certificate again; undefined without TLS. */
  readonly reloadCertificate: (() => void) | undefined;
}

/**
 * @param onCommitRefused told in a sentence that the disk refused a commit: the process should end
 * @throws InvalidSetting when a setting cannot be used, such as a port that is taken
 */
export async function startApp(
  settings: Settings,
  logger: LoggerService,
  version: string,
  definition: AppDefinition,
  onCommitRefused?: (sentence: string) => void,
): Promise<Running> {
  const { about, page, aliases, isBoundToLog = false, forwardable } = definition;
  requireCredentials(settings, hasCredentials(settings));
  const certificate = settings.tls && TlsCertificate.read(settings.tls);
  prepareSnapshots(settings);
  threadTurns.maxBytes = settings.streamBytes;
  const store = await openStore(settings, {
    onConnection: (sentence) => {
      logger.warn(sentence, 'EventLog');
    },
    ...(onCommitRefused && { onCommitRefused }),
  });
  let app: NestFastifyApplication | undefined;
  try {
    if (isBoundToLog) requireKnownLog(settings, store.identity);
    const forwarding = forwardable && forwardingOf(forwardable, settings, () => app);
    const module = AppModule.over(store, settings, definition);
    if (forwarding !== undefined) module.imports?.push(ForwardingModule.of(forwarding));
    app = await createHttpApplication(module, {
      title: about.title,
      description: about.description,
      version,
      hosts: settings.hosts,
      origins: settings.origins,
      behindTlsProxy: settings.tlsProxy,
      certificate,
      connections: settings.connections,
      jsonTypes: [CLOUD_EVENT_TYPE, CLOUD_EVENTS_TYPE],
      ...(aliases !== undefined && { aliases }),
      forwarding,
      page,
      access: new Access({
        ...authenticatorsOf(settings),
        attempts: new FailedAttempts({ behindProxy: settings.tlsProxy }),
      }),
      logger,
    });
    await forwarding?.begin().catch((error: unknown) => {
      logger.warn(`requests are handed on nevertheless: ${(error as Error).message}`, 'Forwarding');
    });
    const url = await listen(app, settings);
    if (certificate === undefined) return { app, url, reloadCertificate: undefined };
    const reloadCertificate = certificate.follow(logger);
    return { app, url: url.replace(/^http:/, 'https:'), reloadCertificate };
  } catch (error) {
    // Running projections must stop before the log closes.
    await (app ?? store).close();
    throw error;
  }
}

function forwardingOf(
  contexts: readonly ForwardedContext[],
  { forward: targets, key, keysOverHttp, tlsProxy: behindProxy }: Settings,
  started: () => NestFastifyApplication | undefined,
): Forwarding {
  const named = <Found>(name: string, use: (projection: Projection) => Found): Found | undefined => {
    const projection = started()?.get(ProjectionHost).find(name);
    return projection && use(projection);
  };
  return new Forwarding({
    contexts,
    targets,
    key,
    keysOverHttp,
    behindProxy,
    positionOf: (name) => named(name, ({ position }) => position),
    digestAt: async (name, at) => {
      const folded = await named(name, ({ past }) => past.at(position(at)));
      return folded === undefined ? '' : fullDigestOf(folded);
    },
    head: async () => (await started()?.get(EventLog).head()) ?? 0,
  });
}

/** Creates the folder of the snapshots; a log in memory has none. */
function prepareSnapshots({ store, data }: Settings): void {
  if (store === 'memory') return;
  try {
    mkdirSync(join(data, 'projections'), { recursive: true });
  } catch (error) {
    throw new InvalidSetting(
      'LEFTFOLD_DATA',
      `${data} cannot be used: ${fileErrorText(error) ?? (error as Error).message}`,
    );
  }
}

async function listen(app: NestFastifyApplication, { host, port }: Settings): Promise<string> {
  try {
    // Nest's own `listen` would log the error a second time.
    const url = await app.getHttpAdapter().getInstance().listen({ port, host });
    if (host === 'localhost') await listenOnEach(host, app.getHttpServer());
    return url;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason =
      code === 'EADDRINUSE' ? `${port} on ${host} is in use by another program; choose another` : message;
    throw new InvalidSetting(code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' ? 'HOST' : 'PORT', reason);
  }
}
