/** Opens the log that the configuration names, to append to it or only to read. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidSetting, withoutPassword, type Settings, type PostgresUrl } from './settings.js';
import { LogInUse } from '../runtime/event-log/errors.js';
import type { EventStore } from '../runtime/event-log/event-store.js';
import { LmdbReader } from '../runtime/stores/lmdb/lmdb.reader.js';
import { LmdbStore } from '../runtime/stores/lmdb/lmdb.store.js';
import { MemoryStore } from '../runtime/stores/memory.store.js';
import { reasonOf } from '../runtime/stores/postgres/database-errors.js';
import { PostgresStore } from '../runtime/stores/postgres/postgres.store.js';

/**
 * @param tell is told, in a sentence, when the connection to a server is lost and when it is back
 * @throws ConfigurationError when it cannot be opened, in one line that shows no password
 */
export async function openStore(
  { store, data }: Pick<Settings, 'store' | 'data'>,
  tell: (sentence: string) => void = () => undefined,
): Promise<EventStore> {
  switch (store) {
    case 'memory':
      return new MemoryStore();
    case 'lmdb':
      return openFolder(data);
    default:
      return openDatabase(store, tell);
  }
}

/**
 * Opens a log for reading, whoever writes it meanwhile. One in memory is seen by nobody but who has it.
 *
 * @throws Error when there is none
 */
export async function openStoreForReading({
  store,
  data,
}: Pick<Settings, 'store' | 'data'>): Promise<EventStore> {
  return store === 'lmdb' ? LmdbReader.open(logFolder({ data })) : openStore({ store, data });
}

/** The store of the settings as a URL, as a worker process opens it again. */
export function storeUrl({ store, data }: Pick<Settings, 'store' | 'data'>): string {
  if (store === 'memory') return 'memory:';
  return store === 'lmdb' ? `lmdb:${encodeURI(logFolder({ data }))}` : store;
}

/** Where the log is within the folder of all data. */
export const logFolder = ({ data }: Pick<Settings, 'data'>): string => join(data, 'log');

function openFolder(data: string): EventStore {
  try {
    mkdirSync(data, { recursive: true });
    return LmdbStore.open(logFolder({ data }));
  } catch (error) {
    const reason =
      error instanceof LogInUse ? error.message : `${data} cannot be used: ${(error as Error).message}`;
    throw new InvalidSetting('LEFTFOLD_DATA', reason);
  }
}

async function openDatabase(url: PostgresUrl, tell: (sentence: string) => void): Promise<EventStore> {
  const name = withoutPassword(url);
  try {
    return await PostgresStore.open({
      url,
      onConnection: (lost) => {
        tell(lost === undefined ? `${name} is back` : `${name} is away: ${lost}`);
      },
    });
  } catch (error) {
    throw new InvalidSetting('LEFTFOLD_STORE', `${name} cannot be used: ${reasonOf(error)}`);
  }
}
