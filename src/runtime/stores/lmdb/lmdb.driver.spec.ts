/** Opening logs in LMDB by URL. */
import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { jest } from '@jest/globals';
import { TemporaryFolder } from '../../../../test/support/server.js';
import { newCommit } from '../../../../test/support/new-commit.js';
import { LogInUse } from '../../event-log/errors.js';
import { StoreNotOpened } from '../drivers.js';

const { LmdbStore } = await import('./lmdb.store.js');
const loadStore = jest.fn(() => ({ LmdbStore }));
jest.unstable_mockModule('./lmdb.store.js', loadStore);
const { lmdbDriver, lmdbUrl } = await import('./lmdb.driver.js');

describe('lmdb:', () => {
  let folder: TemporaryFolder;

  beforeEach(() => {
    folder = new TemporaryFolder();
  });

  afterEach(() => {
    folder.remove();
  });

  /** Which of the logs in the temporary folder was opened. */
  async function nameOfLog(url: string, names: readonly string[]): Promise<string | undefined> {
    const store = await lmdbDriver.open(url, {});
    await store.append(newCommit('a'));
    await store.close();
    for (const name of names) {
      const reader = await lmdbDriver
        .openForReading?.(lmdbUrl(join(folder.path, name)))
        .catch(() => undefined);
      await reader?.close();
      if (reader?.identity === store.identity) return name;
    }
    return undefined;
  }

  it('loads LMDB only when a log is opened', async () => {
    expect(loadStore).not.toHaveBeenCalled();
    const store = await lmdbDriver.open(`lmdb:${folder.path}/log`, {});
    await store.close();
    expect(loadStore).toHaveBeenCalledTimes(1);
  });

  it.each<readonly [what: string, urlOf: (path: string) => string]>([
    ['an absolute path', (path) => `lmdb:${path}/log`],
    ['an absolute path after an empty host', (path) => `lmdb://${path}/log`],
    ['a relative path', (path) => `lmdb:${relative(process.cwd(), path)}/log`],
    ['a protocol in upper case', (path) => `LMDB:${path}/log`],
  ])('takes %s', async (_what, urlOf) => {
    expect(await nameOfLog(urlOf(folder.path), ['log'])).toBe('log');
  });

  it.each([
    ['a%20b', 'a b'],
    ['a b', 'a b'],
    ['100%25', '100%'],
    ['what%3F', 'what?'],
    ['no%231', 'no#1'],
    ['journal-%C3%A9t%C3%A9', 'journal-été'],
    ['log.v1', 'log.v1'],
  ])('decodes the path: %s', async (written, name) => {
    expect(await nameOfLog(`lmdb:${folder.path}/${written}`, [name])).toBe(name);
  });

  it.each(['/var/lib/log', 'data/log', './a b', '/50%/what?/#1', '//double/slash'])(
    'has a URL for each path: %s',
    async (path) => {
      const url = lmdbUrl(join(folder.path, path));
      expect(await nameOfLog(url, [path])).toBe(path);
    },
  );

  it.each(['lmdb:', 'lmdb://', 'lmdb://host/log', 'lmdb:log?readonly', 'lmdb:log#1'])(
    'refuses what is no path, and says how to write one: %s',
    async (url) => {
      await expect(lmdbDriver.open(url, {})).rejects.toThrow(StoreNotOpened);
      await expect(lmdbDriver.open(url, {})).rejects.toThrow('lmdb:data/log');
    },
  );

  it('refuses a path that is not percent-encoded', async () => {
    await expect(lmdbDriver.open('lmdb:100%', {})).rejects.toThrow('write %25 for %');
  });

  it('says which process has the log', async () => {
    const url = lmdbUrl(folder.path);
    const store = await lmdbDriver.open(url, {});
    await expect(lmdbDriver.open(url, {})).rejects.toThrow(LogInUse);
    await store.close();
  });

  it('opens a log for reading while it is written', async () => {
    const url = lmdbUrl(folder.path);
    const store = await lmdbDriver.open(url, {});
    await store.append(newCommit('a'));
    const reader = await lmdbDriver.openForReading?.(url);
    expect(await reader?.head()).toBe(1);
    await reader?.close();
    await store.close();
  });

  it('creates no log to read', async () => {
    const opening = lmdbDriver.openForReading?.(lmdbUrl(join(folder.path, 'none')));
    await expect(opening).rejects.toThrow(StoreNotOpened);
    await expect(opening).rejects.toThrow(/^\S+none holds no log$/);
  });

  it('says why a folder cannot be used', async () => {
    const file = join(folder.path, 'file');
    writeFileSync(file, '');
    const opening = lmdbDriver.open(lmdbUrl(join(file, 'log')), {});
    await expect(opening).rejects.toThrow(StoreNotOpened);
    await expect(opening).rejects.toThrow(
      /log cannot be used: \S+, or a part of it, is a file where a folder is needed; name another path$/,
    );
  });
});
