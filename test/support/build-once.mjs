/** Builds the program that the end-to-end tests start, unless what is built is newer than every source. */
import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

const modified = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

export default function buildOnce() {
  const sources = readdirSync(join(root, 'src'), { recursive: true })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
    .map((name) => join(root, 'src', name));
  const newest = Math.max(...[...sources, join(root, 'package.json'), join(root, '.swcrc')].map(modified));
  if (modified(join(root, 'dist', 'main.js')) > newest) return;
  execFileSync(process.execPath, [join(root, 'node_modules/@nestjs/cli/bin/nest.js'), 'build'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
