/** Starts the application that the configuration names, tells where it is, and ends it in good order. */
import './apps/process-flags.js';
import { ConsoleLogger } from '@nestjs/common';
import { config as rxjs } from 'rxjs';
import { createRequire } from 'node:module';
import { startMonolith } from './apps/monolith/monolith.js';
import { InvalidSetting, readSettings, withoutPassword, type Settings } from './apps/settings.js';

/** What Nest tells of its own assembly is of no use to who runs this. */
const ASSEMBLY = new Set([
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestFactory',
  'NestApplication',
]);

class QuietLogger extends ConsoleLogger {
  override log(message: unknown, ...rest: unknown[]): void {
    if (!ASSEMBLY.has(String(rest.at(-1)))) super.log(message, ...(rest as [string]));
  }
}

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

async function main(): Promise<void> {
  const logger = new QuietLogger({ prefix: 'Leftfold' });
  // A subscriber that throws out of RxJS's reach must not end everybody else's process.
  rxjs.onUnhandledError = (error: unknown) => {
    logger.error('a subscriber failed', error instanceof Error ? error.stack : String(error), 'RxJS');
  };
  const config = readSettings(process.env);
  const { app, url, seeded } = await startMonolith(config, logger, version);
  let ending = false;
  const end = (signal: NodeJS.Signals): void => {
    if (ending) return; // a terminal and a parent may both pass it on
    ending = true;
    logger.log(`${signal}: finishing what was accepted`, 'Leftfold');
    app.close().then(
      () => {
        logger.log('stopped', 'Leftfold');
        process.exit(0);
      },
      (error: unknown) => {
        logger.error(
          'could not stop in good order',
          error instanceof Error ? error.stack : String(error),
          'Leftfold',
        );
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  process.stdout.write(greeting(url, config, seeded));
}

function whereItsDataIs({ data, store }: Settings): string {
  if (store === 'memory') return 'Its log is in memory and ends with it';
  if (store === 'lmdb') return `Its data is in ${data}`;
  return `Its log is in ${withoutPassword(store)}, its snapshots are in ${data}`;
}

function greeting(url: string, config: Settings, seeded: boolean): string {
  return [
    '',
    `Leftfold ${version} listens on ${url}`,
    whereItsDataIs(config),
    ...(seeded ? ['The log was empty and has been seeded'] : []),
    'Try:',
    `  curl -d value=5 ${url}/numbers`,
    `  curl ${url}/sum`,
    `  curl ${url}/product`,
    `All of it: ${url}/docs`,
    '',
    '',
  ].join('\n');
}

main().catch((error: unknown) => {
  const text =
    error instanceof InvalidSetting
      ? `leftfold: ${error.message}`
      : `leftfold could not start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  process.stderr.write(`${text}\n`);
  process.exit(1);
});
