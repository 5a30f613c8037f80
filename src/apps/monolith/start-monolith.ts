/** Starts the monolith: opens the log, folds it and serves HTTP. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LoggerService } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { InvalidSetting, type Settings } from '../settings.js';
import { openStore } from '../open-store.js';
import { CLOUD_EVENTS_TYPE, CLOUD_EVENT_TYPE } from '../../runtime/http/events/cloud-event.js';
import { threadTurns } from '../../runtime/http/kernel/thread-turns.js';
import { createHttpApplication } from '../http-application.js';
import { aboutOf } from './context-module.js';
import { MonolithModule, PARTS, type Parts } from './monolith.module.js';

export interface Running {
  readonly app: NestFastifyApplication;
  /** Where it listens: `http://127.0.0.1:3000`. */
  readonly url: string;
}

/**
 * @param onCommitRefused told in a sentence that the disk refused a commit: the process should end
 * @throws InvalidSetting when a setting cannot be used, such as a port that is taken
 */
export async function startMonolith(
  settings: Settings,
  logger: LoggerService,
  version: string,
  parts: Parts = PARTS,
  onCommitRefused?: (sentence: string) => void,
): Promise<Running> {
  const about = aboutOf(parts.contexts);
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
    app = await createHttpApplication(MonolithModule.over(store, settings, parts), {
      title: about.title,
      description: about.description,
      version,
      hosts: settings.hosts,
      origins: settings.origins,
      jsonTypes: [CLOUD_EVENT_TYPE, CLOUD_EVENTS_TYPE],
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
