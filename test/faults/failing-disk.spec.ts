/** A disk that refuses a write or a flush of the log: once, or from then on. */
import { spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { commitId } from '../../src/runtime/event-log/event.js';
import { LmdbStore } from '../../src/runtime/stores/lmdb/lmdb.store.js';
import { Server, TemporaryFolder } from '../support/server.js';

const SUPPORT = join(import.meta.dirname, '..', 'support');
const COUNT = 12;
const VALUES = Array.from({ length: 20 }, (_, index) => String(index + 1).padEnd(200, '7'));

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

  const faults = (['writev', 'fdatasync', 'pwrite'] as const).flatMap((call) =>
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
      // When a pwrite fails, lmdb writes past the end of a buffer, which libc may notice when the process ends (decision 0028).
      const isHeapDamaged = call === 'pwrite' && signal === 'SIGABRT';
      expect({ status, signal, stderr: status === 0 || isHeapDamaged ? '' : stderr }).toEqual({
        status: isHeapDamaged ? null : 0,
        signal: isHeapDamaged ? 'SIGABRT' : null,
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

  const serverFaults = [
    ['pwrite', 'EIO', 'once'],
    ['pwrite', 'ENOSPC', 'always'],
    ['writev', 'ENOSPC', 'once'],
    ['fdatasync', 'EIO', 'always'],
  ] as const;

  cases.each(serverFaults)(
    'a %s of a server with %s, %s: nothing acknowledged is lost, and the server ends with a sentence and 74',
    async (call, code, often) => {
      const environment = { LEFTFOLD_DATA: join(folder.path, `server-${call}-${code}-${often}`) };
      const server = await Server.start({
        ...environment,
        LD_PRELOAD: shim,
        FAIL_CALL: call,
        FAIL_FROM: '60',
        FAIL_ERRNO: String(constants.errno[code]),
        ...(often === 'always' && { FAIL_ALWAYS: '1' }),
      });
      const recorded: number[] = [];
      let refusal: unknown;
      while (refusal === undefined && recorded.length < 1_000) {
        try {
          const response = await server.post('/entries', VALUES);
          const body = (await response.json()) as { readonly last: number };
          if (response.status === 201) recorded.push(body.last);
          else refusal = body;
        } catch {
          refusal = 'the connection broke';
        }
      }
      const { code: exitCode, signal, stdout, stderr } = await server.ended;
      if (call === 'pwrite' && signal === 'SIGABRT') {
        // libc has found the heap damaged, before or after the answer (decision 0028). Who was not answered may ask again.
        expect(stderr).toMatch(/Write error: .* position \d+, size \d+/);
      } else {
        expect(refusal).toMatchObject({ type: 'urn:leftfold:problem:commit-not-flushed', status: 503 });
        expect(stdout + stderr).toMatch(/the disk refused a commit .*start the process again/);
        expect({ exitCode, signal }).toEqual({ exitCode: 74, signal: null });
        expect(stdout).toContain('stopped');
      }

      const again = await Server.start(environment);
      await again.ready();
      const { count } = (await again.json('/balance')) as { readonly count: number };
      // The refused one is there wholly or not at all.
      expect(recorded.at(-1)).toBeDefined();
      expect([recorded.at(-1), (recorded.at(-1) ?? 0) + VALUES.length]).toContain(count);
      await again.stop();
    },
    30_000,
  );
});
