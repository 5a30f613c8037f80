/** What the reader of a log in LMDB adds to an event store: it never writes. */
import { join } from 'node:path';
import { TemporaryFolder } from '../../../../test/support/server.js';
import { LmdbReader } from './lmdb.reader.js';
import { LmdbStore } from './lmdb.store.js';

describe('LmdbReader', () => {
  let folder: TemporaryFolder;

  beforeEach(() => {
    folder = new TemporaryFolder();
  });

  afterEach(() => {
    folder.remove();
  });

  it('refuses to append', async () => {
    const writer = LmdbStore.open(folder.path);
    const reader = LmdbReader.open(folder.path);
    await expect(reader.append()).rejects.toThrow('for reading only');
    await reader.close();
    await writer.close();
  });

  it('does not open a folder without a log', () => {
    expect(() => LmdbReader.open(join(folder.path, 'nothing'))).toThrow('holds no log');
  });
});
