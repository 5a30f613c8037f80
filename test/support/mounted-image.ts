/** A small file system of a kind, in a file that is mounted by loop; where that is not possible, says what is missing. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TemporaryFolder } from './server.js';

const MEBIBYTE = 2 ** 20;

export class MountedImage {
  private constructor(
    private readonly folder: TemporaryFolder,
    /** Where it is mounted. */
    readonly path: string,
  ) {}

  /** @returns undefined when it cannot be made or mounted here, after a warning that names why */
  static mount(kind: 'btrfs' | 'xfs', mebibytes: number): MountedImage | undefined {
    const folder = new TemporaryFolder();
    const [image, path] = [join(folder.path, 'image'), join(folder.path, 'mounted')];
    writeFileSync(image, '');
    truncateSync(image, mebibytes * MEBIBYTE);
    mkdirSync(path);
    const missing = failureOf(`mkfs.${kind}`, [image]) ?? failureOf('mount', ['-o', 'loop', image, path]);
    if (missing === undefined) return new MountedImage(folder, path);
    folder.remove();
    // eslint-disable-next-line no-console -- a skipped spec says so
    console.warn(`skipped: no ${kind} could be mounted here (${missing})`);
    return undefined;
  }

  remove(): void {
    spawnSync('umount', ['--lazy', this.path]);
    this.folder.remove();
  }
}

function failureOf(program: string, options: readonly string[]): string | undefined {
  const { status, stderr, error } = spawnSync(program, options, { encoding: 'utf8' });
  if (status === 0) return undefined;
  return `${program}: ${error?.message ?? stderr.trim().split('\n').at(-1) ?? 'failed'}`;
}
