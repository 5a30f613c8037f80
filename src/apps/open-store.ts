/** Opens the log that the settings name, to append to it or only to read. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { LogInUse } from '../runtime/event-log/errors.js';
import type { EventStore } from '../runtime/event-log/event-store.js';
import { BUILT_IN_DRIVERS } from '../runtime/built-in-drivers.js';
import { fileErrorText } from '../runtime/file-error-text.js';
import { StoreDrivers, StoreNotOpened, type StoreOptions } from '../runtime/stores/drivers.js';
import { ProcessIdTaken } from '../runtime/stores/lmdb/reader-slot.js';
import { remoteDriver } from '../runtime/stores/remote/remote.driver.js';
import { lmdbUrl } from '../runtime/stores/lmdb/lmdb.driver.js';
import { InvalidSetting, type Settings } from './settings.js';

type StoreSettings = Pick<Settings, 'store' | 'data'> & Partial<Pick<Settings, 'leaseSeconds' | 'key'>>;

type Reports = Pick<StoreOptions, 'onConnection' | 'onCommitRefused'>;

/**
 * @throws ProcessIdTaken; InvalidSetting when the store cannot be opened, in one line that contains no password
 */
export async function openStore(settings: StoreSettings, reports: Reports = {}): Promise<EventStore> {
  const { store, data } = settings;
  try {
    return await openStoreForWriting(settings, reports);
  } catch (error) {
    const { message } = error as Error;
    if (error instanceof ProcessIdTaken) throw error;
    if (store !== 'lmdb') throw new InvalidSetting('LEFTFOLD_STORE', message);
    const isSentence = error instanceof LogInUse || error instanceof StoreNotOpened;
    const why = fileErrorText(error, data) ?? message;
    throw new InvalidSetting('LEFTFOLD_DATA', isSentence ? message : `${data} cannot be used: ${why}`);
  }
}

/**
 * Opens a log for writing; creates it, and its data folder, if there is none.
 *
 * @throws LogInUse when another process is its writer
 * @throws StoreNotOpened, Error of the file system
 */
export async function openStoreForWriting(
  settings: StoreSettings,
  reports: Reports = {},
): Promise<EventStore> {
  if (settings.store === 'lmdb') mkdirSync(settings.data, { recursive: true });
  const { leaseSeconds } = settings;
  return driversOf(settings).open(storeUrl(settings), {
    ...reports,
    ...(leaseSeconds !== undefined && { leaseSeconds }),
  });
}

/**
 * Opens a log for reading, whichever process writes to it.
 *
 * @throws Error when there is none
 */
export function openStoreForReading(settings: StoreSettings): Promise<EventStore> {
  return settings.store === 'memory'
    ? openStore(settings)
    : driversOf(settings).openForReading(storeUrl(settings));
}

function driversOf({ key }: StoreSettings): StoreDrivers {
  return new StoreDrivers([...BUILT_IN_DRIVERS, remoteDriver({ key })]);
}

/** The store of the settings as a URL, as a worker process opens it again. */
export function storeUrl({ store, data }: StoreSettings): string {
  if (store === 'memory') return 'memory:';
  return store === 'lmdb' ? lmdbUrl(logFolder({ data })) : store;
}

/** The folder of the log within the data folder. */
export const logFolder = ({ data }: Pick<Settings, 'data'>): string => join(data, 'log');
