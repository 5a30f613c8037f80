/** The installed program: its location, its version, and its message before it is built. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LEFTFOLD, leftfold } from '../support/cli.js';
import { TemporaryFolder } from '../support/server.js';

const ROOT = join(import.meta.dirname, '..', '..');

describe('leftfold, the program', () => {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    readonly version: string;
    readonly bin: Readonly<Record<string, string>>;
  };

  it('is the bin entry of the package', () => {
    expect(join(ROOT, manifest.bin['leftfold'] ?? '')).toBe(LEFTFOLD);
  });

  it('has the version of the package', async () => {
    const { code, stdout, stderr } = await leftfold(['--version']);
    expect([code, stdout, stderr]).toEqual([0, `${manifest.version}\n`, '']);
  });

  it('exits with 2 for an unknown command', async () => {
    const { code, stdout, stderr } = await leftfold(['verfy']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe("leftfold: unknown command 'verfy' (Did you mean verify?)\n");
  });

  it('says of the selection of an export that it is made before any upcaster', async () => {
    const { code, stdout } = await leftfold(['export', '--help']);
    expect(code).toBe(0);
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      'Events are written as they were recorded, before any upcaster',
    );
  });

  it('asks for a build when there is none', () => {
    const folder = new TemporaryFolder();
    const bin = join(folder.path, 'clone', 'bin');
    mkdirSync(bin, { recursive: true });
    cpSync(LEFTFOLD, join(bin, 'leftfold.mjs'));
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(bin, 'leftfold.mjs'), 'verify']);
    expect([status, String(stdout), String(stderr)]).toEqual([1, '', 'leftfold: run npm run build first\n']);
    folder.remove();
  });
});
