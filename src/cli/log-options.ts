/** The options that select a log, `--store` and `--data`, and opening that log. */
import type { Command } from 'commander';
import { InvalidSetting, readSettings, type Settings } from '../apps/settings.js';
import { openStore, openStoreForReading, openStoreForWriting } from '../apps/open-store.js';
import type { EventStore } from '../runtime/event-log/event-store.js';
import { CommandFailed, EXIT } from './exit-codes.js';
import type { Terminal } from './terminal.js';

export interface LogOptions {
  readonly store?: string;
  readonly data?: string;
  /** Show neither progress nor a summary. */
  readonly quiet?: boolean;
}

export type LogConfig = Pick<Settings, 'store' | 'data' | 'entities' | 'entitiesPrefix' | 'key'>;

export function withLogOptions(command: Command): Command {
  return command
    .option('--store <store>', 'where the log is kept (default: LEFTFOLD_STORE, or lmdb)')
    .option('--data <folder>', 'the folder of the log (default: LEFTFOLD_DATA, or ./data)')
    .option('-q, --quiet', 'show neither progress nor a summary');
}

/**
 * Options take precedence over the environment.
 *
 * @throws InvalidSetting that names the invalid option or setting
 */
export function logConfig({ store, data }: LogOptions, { environment }: Terminal): LogConfig {
  try {
    // Only these, so that an invalid setting of the server, such as PORT, does not stop a command.
    return readSettings({
      LEFTFOLD_STORE: store ?? environment['LEFTFOLD_STORE'],
      LEFTFOLD_DATA: data ?? environment['LEFTFOLD_DATA'],
      LEFTFOLD_ENTITIES: environment['LEFTFOLD_ENTITIES'],
      LEFTFOLD_ENTITIES_PREFIX: environment['LEFTFOLD_ENTITIES_PREFIX'],
      ...keySettings(environment),
    });
  } catch (error) {
    if (!(error instanceof InvalidSetting) || store === undefined) throw error;
    throw new InvalidSetting('--store', error.message.slice(`${error.setting}: `.length));
  }
}

/** Those of the key that is sent to servers. */
export function keySettings(environment: Terminal['environment']): Terminal['environment'] {
  return Object.fromEntries(
    ['LEFTFOLD_KEY', 'LEFTFOLD_KEY_FILE', 'LEFTFOLD_KEY_OVER_HTTP'].map((name) => [name, environment[name]]),
  );
}

/**
 * Opens a log for reading. Another process may be writing it.
 *
 * @throws CommandFailed for a log in memory, which no other process can read
 * @throws Error when there is no log
 */
export function openLogForReading(config: LogConfig): Promise<EventStore> {
  requireDurable(config);
  return openStoreForReading(config);
}

/**
 * Opens a log for writing; creates it if there is none.
 *
 * @throws LogInUse when another process is its writer
 */
export function openLogForWriting(config: LogConfig): Promise<EventStore> {
  requireDurable(config);
  return config.store === 'lmdb' ? openStoreForWriting(config) : openStore(config);
}

function requireDurable({ store }: LogConfig): void {
  if (store === 'memory')
    throw new CommandFailed(
      'a log in memory is seen by the process that has it and nobody else; ask its server for GET /events',
      EXIT.usage,
    );
}
