/** A log in which a skip was recorded as `event.skipped`, before the runtime's types had a prefix. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TemporaryFolder } from '../support/server.js';
import { Servers } from '../support/servers.js';

const ROOT = join(import.meta.dirname, '..', '..');
const CLI = join(ROOT, 'dist', 'cli', 'main.js');
const OLD_LOG = join(ROOT, 'test', 'fixtures', 'log-with-event-skipped.ndjson');
const APP = join(ROOT, 'test', 'support', 'amounts-app.mjs');

describe('a log with an event.skipped of an earlier version', () => {
  const servers = Servers.ofEachTest();
  let folder: TemporaryFolder;

  beforeEach(() => {
    folder = new TemporaryFolder();
  });

  afterEach(() => {
    folder.remove();
  });

  const importing = (...options: readonly string[]): string[] => [
    CLI,
    'import',
    OLD_LOG,
    '--data',
    folder.path,
    ...options,
  ];

  it('is not imported in silence', () => {
    const { status, stderr } = spawnSync(process.execPath, importing(), { encoding: 'utf8' });
    expect([status, stderr]).toEqual([
      4,
      expect.stringContaining('line 6: is event.skipped, which only the runtime records'),
    ]);
  });

  it('is imported as it is when asked for, keeps its skip, and is exported again byte for byte', async () => {
    execFileSync(process.execPath, importing('--with-runtime-events'), { stdio: 'pipe' });
    const exported = execFileSync(process.execPath, [CLI, 'export', '--data', folder.path], {
      stdio: 'pipe',
    });
    expect(exported.toString()).toBe(readFileSync(OLD_LOG, 'utf8'));
    const server = await servers.launch({ BAD: '13', LEFTFOLD_DATA: folder.path }, APP);
    const total = await server.fetch('/total?after=6', { headers: { prefer: 'wait=5' } });
    expect(await total.json()).toMatchObject({ total: 12, count: 4, position: 6 });
    expect(await server.json('/projections/total')).toMatchObject({ status: 'following', skipped: [3] });
  });
});
