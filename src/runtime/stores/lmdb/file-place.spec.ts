/** Whether an open file is still the one at its path. */
import { closeSync, copyFileSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TemporaryFolder } from '../../../../test/support/server.js';
import { isInPlace, openFileAt, type OpenFile } from './file-place.js';

describe('an open file', () => {
  let folder: TemporaryFolder;
  let path: string;
  let file: OpenFile;

  beforeEach(() => {
    folder = new TemporaryFolder();
    path = join(folder.path, 'data.mdb');
    writeFileSync(path, 'written');
    file = openFileAt(path, openSync(path, 'a+'));
  });

  afterEach(() => {
    closeSync(file.descriptor);
    folder.remove();
  });

  it('is in place as long as it is at its path', () => {
    expect(isInPlace(file)).toBe(true);
  });

  it('is not in place once it is deleted', () => {
    rmSync(path);
    expect(isInPlace(file)).toBe(false);
  });

  it('is not in place once its folder is deleted', () => {
    folder.remove();
    expect(isInPlace(file)).toBe(false);
  });

  it('is not in place once another one is at its path', () => {
    renameSync(path, `${path}.moved`);
    writeFileSync(path, 'another');
    expect(isInPlace(file)).toBe(false);
  });

  it('is in place under another number of the file system, with the same header', () => {
    copyFileSync(path, `${path}.copy`);
    renameSync(`${path}.copy`, path);
    expect(isInPlace(file)).toBe(true);
  });
});
