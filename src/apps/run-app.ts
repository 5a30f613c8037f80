/** Runs the app that LEFTFOLD_APP names: the monolith, the log, or some contexts. */
import { contextApp } from './context/context-app.js';
import type { AppDefinition } from './app-definition.js';
import type { Parts } from './context-module.js';
import { logApp } from './log/log-app.js';
import { PARTS, monolith } from './monolith/monolith.module.js';
import { runProgram } from './run-program.js';
import { InvalidSetting, type AppName, type Settings } from './settings.js';

type Define = (settings: Settings, parts: Parts) => AppDefinition;

const APPS: Readonly<Record<AppName, Define>> = { monolith: wholeMonolith, log: logApp, context: contextApp };

/**
 * Uses the environment and signals of this process, and exits it when the app cannot start.
 *
 * @param parts the contexts that there are; each app has all or some of them
 */
export function runApp(version: string, parts: Parts = PARTS): Promise<void> {
  return runProgram(version, (settings) => APPS[settings.app](settings, parts));
}

/** @throws InvalidSetting when contexts are named: it would be thought to have only these */
function wholeMonolith(settings: Settings, parts: Parts): AppDefinition {
  if (settings.contexts.length > 0)
    throw new InvalidSetting(
      'LEFTFOLD_CONTEXTS',
      'is for LEFTFOLD_APP=log and LEFTFOLD_APP=context; the monolith has all contexts',
    );
  return monolith(settings, parts);
}
