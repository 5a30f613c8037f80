/** The writer lease: it is renewed, and taken by another process only once it is not. */
import { jest } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { join } from 'node:path';
import { newCommit } from '../../../../test/support/new-commit.js';
import { TemporaryFolder } from '../../../../test/support/server.js';
import { LogInUse, StorageFull } from '../../event-log/errors.js';
import { fileIdOf } from './file-place.js';
import { FileRoom } from './file-room.js';
import { openFiles, type LmdbFiles } from './lmdb-files.js';
import { LmdbStore } from './lmdb.store.js';

const LEASE_MS = 300;
/** A process of which nothing can be known here. */
const ELSEWHERE = { processId: 1, started: 'boot/1', pidNamespace: 'pid:[1]', id: 'elsewhere' };

describe('a writer lease', () => {
  let folder: TemporaryFolder;
  let files: LmdbFiles;

  beforeEach(async () => {
    folder = new TemporaryFolder();
    await LmdbStore.open(folder.path).close();
    files = openFiles(folder.path, { readOnly: false });
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    await files.root.close();
    folder.remove();
  });

  const fileId = (): string => fileIdOf(join(folder.path, 'data.mdb')) ?? '';

  function count(): number {
    files.root.resetReadTxn();
    return (files.about.get('lease') as { readonly count: number }).count;
  }

  /** As a process of another PID namespace takes, or renews, the lease. */
  async function hold(renewals: number, file = fileId()): Promise<void> {
    await files.about.put('owner', ELSEWHERE, 7);
    const lease = { holder: ELSEWHERE.id, count: renewals, milliseconds: LEASE_MS, file };
    await files.about.put('lease', lease);
    writeFileSync(join(folder.path, 'writer.json'), JSON.stringify({ writer: ELSEWHERE, file }));
  }

  async function countPast(least: number): Promise<void> {
    while (count() <= least) await pause(10);
  }

  it('is renewed while nothing is appended', async () => {
    const store = LmdbStore.open(folder.path, { leaseMs: LEASE_MS });
    await countPast(3);
    await store.close();
  });

  it('is renewed together with appends that follow each other without a pause', async () => {
    const store = LmdbStore.open(folder.path, { leaseMs: LEASE_MS });
    for (let appended = 0; count() <= 3; appended += 1) await store.append(newCommit(`c${appended}`));
    await store.close();
  });

  it('is no reason to hang while there is no room to renew it', async () => {
    const store = LmdbStore.open(folder.path, { leaseMs: 30 });
    const full = jest.spyOn(FileRoom.prototype, 'take').mockImplementation(() => {
      throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
    });
    await pause(200);
    await expect(store.append(newCommit('a'))).rejects.toThrow(StorageFull);
    full.mockRestore();
    expect(await store.append(newCommit('b'))).toMatchObject({ last: 1 });
    await store.close();
  });

  it('of a process that cannot be seen is not taken without waiting', async () => {
    await hold(1);
    expect(() => LmdbStore.open(folder.path)).toThrow(LogInUse);
    expect(() => LmdbStore.open(folder.path)).toThrow(
      'is in use by process 1 of another container or PID namespace; stop that process',
    );
  });

  it('of a process that cannot be seen is taken once it was not renewed in time, which is told', async () => {
    await hold(1);
    const sentences: string[] = [];
    const started = performance.now();
    const store = await LmdbStore.openWhenFree(folder.path, { onWait: (line) => sentences.push(line) });
    expect(performance.now() - started).toBeGreaterThanOrEqual(LEASE_MS);
    expect(sentences).toEqual([
      `${folder.path}: its last writer, process 1, is stopped or cannot be seen from here; waiting 0.3 s for its lease to expire`,
    ]);
    await store.append(newCommit('a'));
    await store.close();
  });

  it('is not taken while it is renewed', async () => {
    await hold(1);
    const renewing = setInterval(() => void hold(count() + 1), LEASE_MS / 3);
    await expect(LmdbStore.openWhenFree(folder.path)).rejects.toThrow(LogInUse);
    clearInterval(renewing);
  });

  it('is not taken when the clock jumps', async () => {
    await hold(1);
    const renewing = setInterval(() => void hold(count() + 1), LEASE_MS / 3);
    jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 86_400_000);
    await expect(LmdbStore.openWhenFree(folder.path)).rejects.toThrow(LogInUse);
    clearInterval(renewing);
  });

  it('is taken at once when it is released meanwhile', async () => {
    await hold(1);
    const opening = LmdbStore.openWhenFree(folder.path);
    await files.about.put('owner', null, 7);
    await (await opening).close();
  });

  it('of another file is that of the original: the folder is a copy', async () => {
    await hold(1, 'another file');
    const sentences: string[] = [];
    const store = await LmdbStore.openWhenFree(folder.path, { onWait: (line) => sentences.push(line) });
    expect(sentences).toEqual([
      expect.stringContaining('this is a copy of a log that was in use, or was moved'),
    ]);
    await store.close();
  });

  it('is waited for only where that is needed', async () => {
    const onWait = jest.fn();
    await (await LmdbStore.openWhenFree(folder.path, { onWait })).close();
    expect(onWait).not.toHaveBeenCalled();
  });
});
