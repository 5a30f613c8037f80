/** The key file: what it has, who may open it, and what a change leaves behind. */
import { mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { TemporaryFolder } from '../../../../test/support/server.js';
import { keyText, newApiKey } from './api-key.js';
import { changeKeyFile } from './change-key-file.js';
import { KeyFileUnusable, readKeyFile, storedKeyOf, type StoredKey } from './key-file.js';

describe('the key file', () => {
  const folder = new TemporaryFolder();
  let path: string;
  let files = 0;

  beforeEach(() => {
    files += 1;
    path = join(folder.path, String(files), 'keys.json');
  });

  afterAll(() => {
    folder.remove();
  });

  const key = newApiKey();
  const stored = storedKeyOf(key, { name: 'till-1', scopes: ['log'], created: new Date() });
  const add = (): void => {
    changeKeyFile(path, (keys) => [...keys, stored]);
  };
  const write = (value: unknown): void => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value), { mode: 0o600 });
  };

  it('is read as it was written', () => {
    expect(readKeyFile(path)).toBeUndefined();
    add();
    expect(readKeyFile(path)?.keys).toEqual([stored]);
  });

  it('has a hash of a key, and nothing of the key', () => {
    add();
    const text = readFileSync(path, 'utf8');
    expect(text).toMatch(/"sha256": "[0-9a-f]{64}"/);
    expect(text).not.toContain(key.secret);
    expect(text).not.toContain(keyText(key));
  });

  it('may be opened by its owner alone, whatever the umask is', () => {
    const before = process.umask(0);
    try {
      add();
    } finally {
      process.umask(before);
    }
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('is another version after each change', () => {
    add();
    const before = readKeyFile(path)?.version;
    changeKeyFile(path, (keys) => keys);
    expect(readKeyFile(path)?.version).not.toBe(before);
  });

  it('is left as it is by a change that fails, and nothing else is left', () => {
    add();
    const failing = (): void => {
      changeKeyFile(path, () => {
        throw new Error('no');
      });
    };
    expect(failing).toThrow('no');
    expect(readKeyFile(path)?.keys).toEqual([stored]);
    expect(readdirSync(dirname(path)).sort()).toEqual(['keys.json', 'keys.json.lock']);
    // The lock has ended.
    changeKeyFile(path, () => []);
    expect(readKeyFile(path)?.keys).toEqual([]);
  });

  it('goes on being a link', () => {
    const target = join(folder.path, `${files}.target.json`);
    writeFileSync(target, '{"version":1,"keys":[]}', { mode: 0o600 });
    mkdirSync(dirname(path));
    symlinkSync(target, path);
    add();
    expect(readKeyFile(target)?.keys).toEqual([stored]);
  });

  it.each<[string, unknown, string]>([
    ['no JSON', '{"version": 1, "keys"', 'it is no JSON'],
    ['empty', '', 'it is no JSON'],
    ['of another version', { version: 2, keys: [] }, 'damaged at version'],
    ['with more than it should have', { version: 1, keys: [], more: 1 }, 'damaged'],
    [
      'with a scope that is none',
      { version: 1, keys: [{ ...stored, scopes: ['all'] }] },
      'at keys.0.scopes.0',
    ],
    ['with no scope', { version: 1, keys: [{ ...stored, scopes: [] }] }, 'at keys.0.scopes'],
    ['with a name that is none', { version: 1, keys: [{ ...stored, name: 'Till 1' }] }, 'at keys.0.name'],
    ['with a short hash', { version: 1, keys: [{ ...stored, sha256: 'ab' }] }, 'at keys.0.sha256'],
    [
      'with an expiry that is no time',
      { version: 1, keys: [{ ...stored, expires: 'soon' }] },
      'at keys.0.expires',
    ],
    ['with an id twice', { version: 1, keys: [stored, stored] }, 'at keys'],
  ])('is not used when it is %s', (_, content, why) => {
    write(content);
    const error = (() => {
      try {
        return readKeyFile(path);
      } catch (thrown) {
        return thrown as Error;
      }
    })();
    expect(error).toBeInstanceOf(KeyFileUnusable);
    expect((error as Error).message).toContain(why);
    expect((error as Error).message).toMatch(/; restore it, or remove it and make new keys$/);
    // Nor is it overwritten.
    const before = readFileSync(path, 'utf8');
    expect(add).toThrow(KeyFileUnusable);
    expect(readFileSync(path, 'utf8')).toBe(before);
  });

  it('is not used when it is a folder', () => {
    mkdirSync(path, { recursive: true });
    expect(() => readKeyFile(path)).toThrow(KeyFileUnusable);
  });

  it('keeps every key of many', () => {
    const keys: StoredKey[] = [];
    for (let count = 0; count < 20; count += 1) {
      const more = storedKeyOf(newApiKey(), { name: `k${count}`, scopes: ['log'], created: new Date() });
      keys.push(more);
      changeKeyFile(path, (before) => [...before, more]);
    }
    expect(readKeyFile(path)?.keys).toEqual(keys);
  });
});
