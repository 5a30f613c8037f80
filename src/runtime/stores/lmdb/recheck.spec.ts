/** A log that is damaged while its writer has it: found by the next check, told, and not answered from any more. */
import { openSync, readFileSync, writeSync, closeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TemporaryFolder } from '../../../../test/support/server.js';
import { LogDamaged } from '../../event-log/errors.js';
import { EVERYTHING, commitId, position, tag, type NewCommit, type Query } from '../../event-log/event.js';
import { INDEX_SUM } from './file-check/entry-listener.js';
import { openFiles, type LmdbFiles } from './lmdb-files.js';
import { LmdbStore } from './lmdb.store.js';

const commit = (number: number): NewCommit => ({
  id: commitId(`c${number}`),
  time: '2026-01-31T12:00:00.000Z',
  metadata: {},
  events: [{ type: 'number.recorded', revision: 1, tags: [tag(`number:${number}`)], data: number }],
});

describe('a log that is open', () => {
  let folder: TemporaryFolder;
  let store: LmdbStore;

  beforeEach(async () => {
    folder = new TemporaryFolder();
    store = LmdbStore.open(folder.path, { recheckMs: 20 });
    for (let number = 1; number <= 20; number += 1) await store.append(commit(number));
  });

  afterEach(async () => {
    await store.close();
    folder.remove();
  });

  const change = async (make: (files: LmdbFiles) => unknown): Promise<void> => {
    const files = openFiles(folder.path, { readOnly: false });
    await make(files);
    await files.root.close();
  };

  const read = async (query: Query): Promise<number> => {
    let count = 0;
    for await (const page of store.read(query, {})) count += page.length;
    return count;
  };

  const damageFound = async (): Promise<void> => {
    while (store.status() === undefined) await sleep(5);
  };

  it.each<readonly [what: string, make: (files: LmdbFiles) => unknown, at: number]>([
    ['of types lacks a commit', ({ types }) => types.remove('number.recorded', position(7)), 7],
    ['of tags lacks a commit', ({ tags }) => tags.remove(tag('number:7'), position(7)), 7],
    ['of ids lacks a commit', ({ ids }) => ids.remove(commitId('c7')), 7],
    ['of ids leads elsewhere', ({ ids }) => ids.put(commitId('c7'), position(8)), 7],
    ['of tags has an entry too many', ({ tags }) => tags.put(tag('number:7'), position(8)), 20],
  ])('and of which an index %s is told of and not answered from', async (_what, make, at) => {
    await change(make);
    await damageFound();
    expect(store.status()).toEqual({
      code: 'log-damaged',
      detail: expect.stringContaining(`position ${at}:`) as string,
    });
    await expect(read(EVERYTHING)).rejects.toThrow(LogDamaged);
    await expect(read([{ types: ['number.recorded'] }])).rejects.toThrow(LogDamaged);
    await expect(store.append(commit(21))).rejects.toThrow(LogDamaged);
    await expect(store.find(commitId('c3'))).rejects.toThrow(LogDamaged);
    await expect(store.commits()[Symbol.asyncIterator]().next()).rejects.toThrow(LogDamaged);
  });

  it('and in whose file bits of a tag flip is told of', async () => {
    const path = join(folder.path, 'data.mdb');
    const bytes = readFileSync(path);
    const descriptor = openSync(path, 'r+');
    // Wherever it stands: in the index, in the commit, and on pages that are free by now.
    for (let at = bytes.indexOf('number:13'); at >= 0; at = bytes.indexOf('number:13', at + 1))
      writeSync(descriptor, Buffer.from('number:1;'), 0, 9, at);
    closeSync(descriptor);
    await damageFound();
    expect(store.status()).toMatchObject({ code: 'log-damaged' });
  });

  it('goes on when only the sum of its indexes was damaged', async () => {
    await change(({ about }) => about.put(INDEX_SUM, 'damaged'));
    await sleep(100);
    expect(store.status()).toBeUndefined();
    await store.append(commit(21));
    expect(await read(EVERYTHING)).toBe(21);
  });

  it('is not taken for damaged while much is appended and read', async () => {
    const end = performance.now() + 2_000;
    let number = 100;
    while (performance.now() < end) {
      await Promise.all(Array.from({ length: 20 }, () => store.append(commit((number += 1)))));
      expect(await read([{ tags: [tag(`number:${number}`)] }])).toBe(1);
    }
    expect(store.status()).toBeUndefined();
  }, 20_000);
});
