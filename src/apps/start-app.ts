/** Starts an app: opens the log, folds it and serves HTTP. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LoggerService } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { CLOUD_EVENTS_TYPE, CLOUD_EVENT_TYPE } from '../runtime/http/events/cloud-event.js';
import { threadTurns } from '../runtime/http/kernel/thread-turns.js';
import { AppModule, type AppDefinition } from './app-definition.js';
import { createHttpApplication } from './http-application.js';
import { requireKnownLog } from './known-log.js';
import { openStore } from './open-store.js';
import { InvalidSetting, type Settings } from './settings.js';

export interface Running {
  readonly app: NestFastifyApplication;
  /** Where it listens: `http://127.0.0.1:3000`. */
  readonly url: string;
}

/** @throws InvalidSetting when a setting cannot be used, such as a port that is taken */
export async function startApp(
  settings: Settings,
  logger: LoggerService,
  version: string,
  definition: AppDefinition,
): Promise<Running> {
  const { about, aliases, isBoundToLog = false } = definition;
  prepareSnapshots(settings);
  threadTurns.maxBytes = settings.streamBytes;
  const store = await openStore(settings, (sentence) => {
    logger.warn(sentence, 'EventLog');
  });
  let app: NestFastifyApplication | undefined;
  try {
    if (isBoundToLog) requireKnownLog(settings, store.identity);
    app = await createHttpApplication(AppModule.over(store, settings, definition), {
      title: about.title,
      description: about.description,
      version,
      hosts: settings.hosts,
      origins: settings.origins,
      jsonTypes: [CLOUD_EVENT_TYPE, CLOUD_EVENTS_TYPE],
      ...(aliases !== undefined && { aliases }),
      logger,
    });
    return { app, url: await listen(app, settings) };
  } catch (error) {
    // Running projections must stop before the log closes.
    await (app ?? store).close();
    throw error;
  }
}

/** Creates the folder of the snapshots; a log in memory has none. */
function prepareSnapshots({ store, data }: Settings): void {
  if (store === 'memory') return;
  try {
    mkdirSync(join(data, 'projections'), { recursive: true });
  } catch (error) {
    throw new InvalidSetting('LEFTFOLD_DATA', `${data} cannot be used: ${(error as Error).message}`);
  }
}

async function listen(app: NestFastifyApplication, { host, port }: Settings): Promise<string> {
  try {
    // Nest's own `listen` would log the error a second time.
    return await app.getHttpAdapter().getInstance().listen({ port, host });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason =
      code === 'EADDRINUSE' ? `${port} on ${host} is in use by another program; choose another` : message;
    throw new InvalidSetting(code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' ? 'HOST' : 'PORT', reason);
  }
}
