/** Runs an app as a program: prints its URL, closes it on a signal, and prints one line when it cannot start. */
import { ConsoleLogger } from '@nestjs/common';
import { config as rxjs } from 'rxjs';
import { urlWithoutPassword } from '../runtime/stores/postgres/postgres.driver.js';
import { ProcessIdTaken } from '../runtime/stores/lmdb/reader-slot.js';
import { endWithParent, runUnderAnotherId } from './run-under-another-id.js';
import { InvalidSetting, isRemote, readSettings, type Settings } from './settings.js';
import type { AppDefinition } from './app-definition.js';
import { checkSettingsOf } from './context-module.js';
import { PathTaken, requireOwnPaths } from './forwarded-contexts.js';
import { startApp } from './start-app.js';

/** Nest's log lines about its own start, which do not help the operator. */
const ASSEMBLY = new Set([
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestFactory',
  'NestApplication',
]);

/** The disk refused a commit (EX_IOERR of sysexits.h). */
const EXIT_DISK_FAILED = 74;
/** After a commit that the disk refused, the process ends within this time, also when it cannot be closed in good order. */
const MAX_END_MS = 10_000;

class QuietLogger extends ConsoleLogger {
  override log(message: unknown, ...rest: unknown[]): void {
    if (!ASSEMBLY.has(String(rest.at(-1)))) super.log(message, ...(rest as [string]));
  }
}

/**
 * Uses the environment and signals of this process, and exits it when the app cannot start.
 *
 * @param define the app that the settings ask for; throws InvalidSetting when they do not fit it
 */
export async function runProgram(
  version: string,
  define: (settings: Settings) => AppDefinition,
): Promise<void> {
  endWithParent();
  try {
    await run(version, define);
  } catch (error) {
    const code = error instanceof ProcessIdTaken ? await runUnderAnotherId() : undefined;
    if (code !== undefined) process.exit(code);
    const text =
      error instanceof InvalidSetting || error instanceof ProcessIdTaken || error instanceof PathTaken
        ? `leftfold: ${error.message}`
        : `leftfold could not start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    process.stderr.write(`${text}\n`);
    process.exit(1);
  }
}

async function run(version: string, define: (settings: Settings) => AppDefinition): Promise<void> {
  const logger = new QuietLogger({ prefix: 'Leftfold' });
  // An error that a subscriber throws outside RxJS's error handling must not end the process.
  rxjs.onUnhandledError = (error: unknown) => {
    logger.error('a subscriber failed', error instanceof Error ? error.stack : String(error), 'RxJS');
  };
  const settings = readSettings(process.env);
  const definition = define(settings);
  checkSettingsOf(definition.parts.contexts, process.env);
  requireOwnPaths(definition.parts.contexts);
  let close = (): Promise<void> => Promise.resolve();
  let ending = false;
  const end = (code: number): void => {
    if (ending) return; // the terminal and a parent process may both send the signal
    ending = true;
    close().then(
      () => {
        logger.log('stopped', 'Leftfold');
        process.exit(code);
      },
      (error: unknown) => {
        logger.error(
          'could not stop in good order',
          error instanceof Error ? error.stack : String(error),
          'Leftfold',
        );
        process.exit(code === 0 ? 1 : code);
      },
    );
  };
  const onCommitRefused = (sentence: string): void => {
    logger.error(sentence, undefined, 'EventLog');
    setTimeout(() => process.exit(EXIT_DISK_FAILED), MAX_END_MS).unref();
    end(EXIT_DISK_FAILED);
  };
  const { app, url, reloadCertificate } = await startApp(
    settings,
    logger,
    version,
    definition,
    onCommitRefused,
  );
  close = () => app.close();
  const onSignal = (signal: NodeJS.Signals): void => {
    if (!ending) logger.log(`${signal}: finishing what was accepted`, 'Leftfold');
    end(0);
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  // Without TLS, it ends the process as ever.
  if (reloadCertificate !== undefined) process.on('SIGHUP', reloadCertificate);
  process.stdout.write(greeting(version, url, settings, definition.about.examples(url)));
}

function whereItsDataIs({ data, store }: Settings): string {
  if (store === 'memory') return 'Its log is in memory and ends with it';
  if (store === 'lmdb') return `Its data is in ${data}`;
  return `Its log is in ${isRemote(store) ? store : urlWithoutPassword(store)}, its snapshots are in ${data}`;
}

function greeting(version: string, url: string, settings: Settings, examples: readonly string[]): string {
  return [
    '',
    `Leftfold ${version} listens on ${url}`,
    whereItsDataIs(settings),
    'Try:',
    ...examples.map((line) => `  ${line}`),
    `All of it: ${url}/docs`,
    ...(settings.console === false ? [] : [`To look at: ${url}/console`]),
    '',
    '',
  ].join('\n');
}
