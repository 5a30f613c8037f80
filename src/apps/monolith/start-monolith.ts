/** Starts the monolith: opens the log, folds it and serves HTTP. */
import type { LoggerService } from '@nestjs/common';
import { startApp, type Running } from '../start-app.js';
import type { Settings } from '../settings.js';
import { PARTS, monolith, type Parts } from './monolith.module.js';

/** @throws InvalidSetting when a setting cannot be used, such as a port that is taken */
export function startMonolith(
  settings: Settings,
  logger: LoggerService,
  version: string,
  parts: Parts = PARTS,
): Promise<Running> {
  return startApp(settings, logger, version, monolith(settings, parts));
}
