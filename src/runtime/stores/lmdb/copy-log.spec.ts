/** A copy of a log in LMDB, taken while it is written. */
import { join } from 'node:path';
import { TemporaryFolder } from '../../../../test/support/server.js';
import { commitId, type NewCommit } from '../../event-log/event.js';
import { copyLog } from './copy-log.js';
import { LmdbReader } from './lmdb.reader.js';
import { LmdbStore } from './lmdb.store.js';

const commit = (index: number): NewCommit => ({
  id: commitId(`c${index}`),
  time: '2026-01-31T12:00:00.000Z',
  metadata: {},
  events: [
    { type: 'number.recorded', revision: 1, tags: [], data: index },
    { type: 'number.recorded', revision: 1, tags: [], data: 'x'.repeat(500) },
  ],
});

async function idsIn(folder: string): Promise<readonly string[]> {
  const reader = LmdbReader.open(folder);
  const ids: string[] = [];
  for await (const page of reader.commits()) ids.push(...page.map(({ id }) => id));
  await reader.close();
  return ids;
}

describe('a copy of a log', () => {
  let folder: TemporaryFolder;
  let from: string;
  let to: string;
  let store: LmdbStore;

  beforeEach(async () => {
    folder = new TemporaryFolder();
    [from, to] = [join(folder.path, 'from'), join(folder.path, 'to')];
    store = LmdbStore.open(from);
    for (let index = 0; index < 20; index += 1) await store.append(commit(index));
  });

  afterEach(async () => {
    await store.close();
    folder.remove();
  });

  it('has what was recorded before it was begun, in whole commits', async () => {
    const appends = Array.from({ length: 500 }, (_, index) => store.append(commit(20 + index)));
    await copyLog(from, to);
    await Promise.all(appends);
    const ids = await idsIn(to);
    expect(ids.length).toBeGreaterThanOrEqual(20);
    expect(ids).toEqual(ids.map((_, index) => `c${index}`));
  });

  it('can be written to while the original has its writer', async () => {
    await copyLog(from, to);
    const copy = LmdbStore.open(to);
    expect(await copy.append(commit(99))).toMatchObject({ first: 41 });
    expect(await store.append(commit(20))).toMatchObject({ first: 41 });
    await copy.close();
  });

  it('has an identity of its own, since it may diverge from the original', async () => {
    await copyLog(from, to);
    const copy = LmdbReader.open(to);
    expect(copy.identity).toMatch(/^[0-9a-f-]{36}$/);
    expect(copy.identity).not.toBe(store.identity);
    await copy.close();
  });

  it('does not take the lease of the writer', async () => {
    await copyLog(from, to);
    await expect(store.append(commit(20))).resolves.toMatchObject({ repeated: false });
  });

  it('is not made in a folder that exists', async () => {
    await copyLog(from, to);
    await expect(copyLog(from, to)).rejects.toThrow('EEXIST');
  });

  it('is not made of a folder without a log', async () => {
    await expect(copyLog(join(folder.path, 'nothing'), to)).rejects.toThrow('holds no log');
  });
});
