/** A disk that is full when a program starts on it: a sentence and an exit code, where LMDB would end the process with SIGBUS. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { leftfold } from '../support/cli.js';
import { makeLog } from '../support/log-folder.js';
import { newCommit } from '../support/new-commit.js';
import { TemporaryFolder, runToEnd } from '../support/server.js';

/** A disk of 2 MiB; undefined where none can be mounted. */
function smallDisk(folder: TemporaryFolder): string | undefined {
  const disk = join(folder.path, 'disk');
  mkdirSync(disk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk], { stdio: 'pipe' });
    return disk;
  } catch {
    // eslint-disable-next-line no-console -- a skipped spec says so
    console.warn('skipped: no small disk can be mounted here (tmpfs)');
    return undefined;
  }
}

/** Takes all room that is left. */
function fill(disk: string): void {
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(join(disk, 'ballast'), Buffer.alloc(bavail * bsize));
}

const folder = new TemporaryFolder();
const disk = smallDisk(folder);
const data = join(disk ?? folder.path, 'data');

(disk === undefined ? describe.skip : describe)('a disk that is full', () => {
  afterEach(() => {
    for (const path of [data, join(disk ?? '', 'ballast')]) rmSync(path, { recursive: true, force: true });
  });

  afterAll(() => {
    execFileSync('umount', [disk ?? '']);
    folder.remove();
  });

  it('lets no server begin a log, and says why', async () => {
    mkdirSync(join(data, 'projections'), { recursive: true });
    fill(disk ?? '');
    const { code, signal, stderr } = await runToEnd({ LEFTFOLD_DATA: data, PORT: '0' });
    expect({ code, signal }).toEqual({ code: 1, signal: null });
    expect(stderr).toMatch(/^leftfold: LEFTFOLD_DATA: \S+ cannot be used: ENOSPC/);
  });

  describe('with a log on it that has no lock file', () => {
    beforeEach(async () => {
      await makeLog(data, [newCommit('a')]);
      rmSync(join(data, 'log', 'lock.mdb'));
      fill(disk ?? '');
    });

    it('lets no server use the log, and says why', async () => {
      const { code, signal, stderr } = await runToEnd({ LEFTFOLD_DATA: data, PORT: '0' });
      expect({ code, signal }).toEqual({ code: 1, signal: null });
      expect(stderr).toMatch(/^leftfold: LEFTFOLD_DATA: \S+ cannot be used: ENOSPC/);
    });

    it.each(['verify', 'export'])('lets no command read the log, and says why: %s', async (command) => {
      const { code, signal, stderr } = await leftfold([command, '--data', data]);
      expect({ code, signal }).toEqual({ code: 1, signal: null });
      expect(stderr).toMatch(/cannot be used: ENOSPC/);
    });
  });
});
