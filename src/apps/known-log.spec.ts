/** A data folder belongs to one log. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TemporaryFolder } from '../../test/support/server.js';
import { requireKnownLog } from './known-log.js';
import { InvalidSetting } from './settings.js';

describe('a data folder', () => {
  let folder: TemporaryFolder;
  let file: string;

  const start = (identity: string, store: 'http://127.0.0.1:3000' | `postgres://${string}`): void => {
    requireKnownLog({ store, data: folder.path }, identity);
  };

  beforeEach(() => {
    folder = new TemporaryFolder();
    file = join(folder.path, 'log-identity');
  });

  afterEach(() => {
    folder.remove();
  });

  it('belongs to the first log that it is used with', () => {
    start('one', 'http://127.0.0.1:3000');
    start('one', 'http://127.0.0.1:3000');
    expect(readFileSync(file, 'utf8')).toBe('one\n');
    expect(() => {
      start('other', 'http://127.0.0.1:3000');
    }).toThrow(/^LEFTFOLD_STORE: http:\/\/127\.0\.0\.1:3000 keeps the log other, but .* are of the log one;/);
  });

  it('is refused without the password of the database', () => {
    start('one', 'postgres://me:secret@localhost/db?password=secret');
    let message = '';
    try {
      start('other', 'postgres://me:secret@localhost/db?password=secret');
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toContain('postgres://me@localhost/db keeps the log other');
    expect(message).not.toContain('secret');
  });

  it('belongs to no log yet when a power failure has left the file empty', () => {
    writeFileSync(file, '');
    start('one', 'http://127.0.0.1:3000');
    expect(readFileSync(file, 'utf8')).toBe('one\n');
  });

  it('that cannot be used is told in a sentence', () => {
    mkdirSync(file);
    const refused = (): void => {
      start('one', 'http://127.0.0.1:3000');
    };
    expect(refused).toThrow(InvalidSetting);
    expect(refused).toThrow(/^LEFTFOLD_DATA: \S+ cannot be used: \S+ is a folder; name a file$/);
  });
});
