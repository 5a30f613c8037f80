/** The LMDB store passes the conformance kit, with one writer at a time and any number of readers. */
import { TemporaryFolder } from '../../../../test/support/server.js';
import { describeEventStore } from '../../testing/conformance/describe-event-store.js';
import type { EventStore } from '../../event-log/event-store.js';
import { LmdbReader } from './lmdb.reader.js';
import { LmdbStore } from './lmdb.store.js';

const folders = new Map<EventStore, TemporaryFolder>();

function open(folder = new TemporaryFolder()): Promise<LmdbStore> {
  const store = LmdbStore.open(folder.path);
  folders.set(store, folder);
  return Promise.resolve(store);
}

function folderOf(store: EventStore): TemporaryFolder {
  const folder = folders.get(store);
  if (folder === undefined) throw new Error('this store was not opened here');
  return folder;
}

describeEventStore(
  'LmdbStore',
  {
    open: () => open(),
    reopen: (closed) => open(folderOf(closed)),
    another: async (store) => open(folderOf(store)),
    reader: (store) => Promise.resolve(LmdbReader.open(folderOf(store).path)),
    dispose: () => {
      for (const folder of folders.values()) folder.remove();
      return Promise.resolve();
    },
  },
  { manyWriters: false },
);
