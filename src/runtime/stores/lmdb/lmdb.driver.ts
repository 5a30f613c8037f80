/** Opens a log in LMDB by URL: `lmdb:` and the path of its folder. */
import { LogDamaged, LogInUse } from '../../event-log/errors.js';
import type { EventStore } from '../../event-log/event-store.js';
import { fileErrorText } from '../../file-error-text.js';
import { StoreNotOpened, type StoreDriver } from '../drivers.js';
import { ProcessIdTaken } from './reader-slot.js';

/**
 * The path may be relative to the working directory (`lmdb:data/log`) or absolute (`lmdb:/var/lib/log`, or
 * `lmdb:///var/lib/log`). It is percent-decoded: `%20` is a space, and `%25`, `%3F` and `%23` are the characters `%`, `?`
 * and `#`, which mean something else in a URL. `lmdbUrl` writes such a URL.
 */
export const lmdbDriver: StoreDriver = {
  protocols: ['lmdb:'],
  async open(url, { onConnection, onCommitRefused, leaseSeconds }) {
    const folder = folderOf(url);
    const { LmdbStore } = await import('./lmdb.store.js');
    const options = {
      ...(onConnection && { onWait: onConnection }),
      ...(onCommitRefused && { onCommitRefused }),
      ...(leaseSeconds !== undefined && { leaseMs: leaseSeconds * 1000 }),
    };
    return opened(folder, () => LmdbStore.openWhenFree(folder, options));
  },
  async openForReading(url) {
    const folder = folderOf(url);
    const { LmdbReader } = await import('./lmdb.reader.js');
    return opened(folder, () => LmdbReader.open(folder));
  },
};

/** The URL of the log in this folder. */
export function lmdbUrl(folder: string): string {
  // A path that begins with two slashes would be taken for a host.
  return `lmdb:${folder.replace(/[%?#]/g, encodeURIComponent).replace(/^\/+/, '/')}`;
}

const PATH = /^lmdb:(?:\/\/(?=\/))?(?!\/\/)([^?#]+)$/is;

function folderOf(url: string): string {
  const path = PATH.exec(url)?.[1];
  if (path === undefined) {
    throw new StoreNotOpened(
      'the URL of a log in LMDB is lmdb: and the path of its folder, as in lmdb:data/log or lmdb:/var/lib/log, with %3F for ? and %23 for #',
    );
  }
  try {
    return decodeURIComponent(path);
  } catch (cause) {
    throw new StoreNotOpened('the path in the URL of a log in LMDB is percent-encoded: write %25 for %', {
      cause,
    });
  }
}

async function opened(folder: string, open: () => EventStore | Promise<EventStore>): Promise<EventStore> {
  try {
    return await open();
  } catch (error) {
    // What says more than that it cannot be opened stays what it is.
    if (error instanceof LogInUse || error instanceof LogDamaged || error instanceof ProcessIdTaken)
      throw error;
    const { message } = error as Error;
    const names = message === `${folder} holds no log`;
    const why = fileErrorText(error, folder) ?? message;
    throw new StoreNotOpened(names ? message : `${folder} cannot be used: ${why}`, { cause: error });
  }
}
