/** What the reader of a log in LMDB adds to an event store: it never writes. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { newCommit } from '../../../../test/support/new-commit.js';
import { TemporaryFolder } from '../../../../test/support/server.js';
import { LogClosed } from '../../event-log/errors.js';
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

  it('tells what the file takes as the writer does, and how much of it is used', async () => {
    const writer = LmdbStore.open(folder.path);
    const reader = LmdbReader.open(folder.path);
    const before = await reader.size();
    await writer.append(newCommit('a', 'x'.repeat(500_000)));
    const size = await reader.size();
    expect(size).toEqual(await writer.size());
    expect(size).toMatchObject({ kind: 'lmdb', bytes: statSync(join(folder.path, 'data.mdb')).size });
    expect(size.usedBytes).toBeGreaterThanOrEqual((before.usedBytes ?? 0) + 500_000);
    expect(size.usedBytes).toBeLessThanOrEqual(size.bytes ?? 0);
    await reader.close();
    await writer.close();
    await expect(reader.size()).rejects.toThrow(LogClosed);
    await expect(writer.size()).rejects.toThrow(LogClosed);
  });

  it('does not open a folder without a log', () => {
    expect(() => LmdbReader.open(join(folder.path, 'nothing'))).toThrow('holds no log');
  });
});
