/** A disk that refuses a write or a flush of the log: once, or from then on. */
import { spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { commitId } from '../../src/runtime/event-log/event.js';
import { LmdbStore } from '../../src/runtime/stores/lmdb/lmdb.store.js';
import { TemporaryFolder } from '../support/server.js';

const SUPPORT = join(import.meta.dirname, '..', 'support');
const COUNT = 12;

interface Answer {
  readonly id: string;
  readonly recorded: boolean;
  readonly code?: string;
  readonly detail?: string;
}

const hasCompiler = spawnSync('cc', ['--version']).status === 0;
if (!hasCompiler)
  // eslint-disable-next-line no-console -- a skipped test must be noticed
  console.warn('not tested, because there is no C compiler (cc): a disk that refuses a write');
const cases = hasCompiler ? it : it.skip;

describe('a disk that refuses', () => {
  const folder = new TemporaryFolder();
  const shim = join(folder.path, 'failing-disk.so');

  beforeAll(() => {
    if (!hasCompiler) return;
    const compiled = spawnSync('cc', [
      '-shared',
      '-fPIC',
      '-o',
      shim,
      join(SUPPORT, 'failing-disk.c'),
      '-ldl',
    ]);
    expect(compiled.stderr.toString()).toBe('');
  });

  afterAll(() => {
    folder.remove();
  });

  // Not pwrite: lmdb 3 damages its own heap when one fails, and the process aborts (decision 0022).
  const faults = (['writev', 'fdatasync'] as const).flatMap((call) =>
    (['EIO', 'ENOSPC'] as const).flatMap((code) =>
      (['once', 'always'] as const).map((often) => [call, code, often] as const),
    ),
  );

  cases.each(faults)(
    'a %s with %s, %s: nothing acknowledged is lost, and the process neither hangs nor crashes',
    async (call, code, often) => {
      const log = join(folder.path, `${call}-${code}-${often}`);
      const { status, signal, stdout, stderr } = spawnSync(
        process.execPath,
        [join(SUPPORT, 'append-on-failing-disk.mjs'), log, String(COUNT)],
        {
          encoding: 'utf8',
          timeout: 20_000,
          env: {
            ...process.env,
            LD_PRELOAD: shim,
            FAIL_LATER_CALL: call,
            FAIL_FROM: '4',
            FAIL_ERRNO: String(constants.errno[code]),
            ...(often === 'always' && { FAIL_ALWAYS: '1' }),
          },
        },
      );
      expect({ status, signal, stderr: status === 0 ? '' : stderr }).toEqual({
        status: 0,
        signal: null,
        stderr: '',
      });
      const answers = JSON.parse(stdout) as readonly Answer[];
      expect(answers).toHaveLength(COUNT);
      const refused = answers.filter(({ recorded }) => !recorded);
      if (refused.length > 0) expect(stderr).toContain('CommitNotFlushed');
      expect(refused.filter((answer) => answer.code !== 'CommitNotFlushed')).toEqual([]);
      const store = LmdbStore.open(log);
      for (const { id, recorded, detail = '' } of answers) {
        const found = await store.find(commitId(id));
        if (recorded) expect(found).toBeDefined();
        else if (!detail.includes('not known')) expect(found).toBeUndefined();
      }
      await store.close();
    },
    30_000,
  );
});
