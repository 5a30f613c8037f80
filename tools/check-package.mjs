/**
 * `npm run package:check`: what `npm pack` gives is what a foreign application can install. Its entries and types are checked by
 * publint and attw; then each of the examples installs the tarball in a temporary folder, is compiled, and run, and so is the package's command
 * line on the log that the first one wrote. At last the guide to the scaffold is followed with it.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { checkScaffold } from './check-scaffold.mjs';

const ROOT = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'leftfold-package-'));
/** Made where somebody works in the example, and not part of it. */
const MADE = ['node_modules', 'dist', 'data', 'data-apart'];

const run = (command, args, cwd = ROOT) => {
  process.stdout.write(`> ${command} ${args.join(' ')}\n`);
  execFileSync(command, args, { cwd, stdio: 'inherit' });
};

try {
  run('npm', ['run', '-s', 'build']);
  run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder]);
  const [tarball] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  run('npx', ['publint', '--strict', join(folder, tarball)]);
  run('npx', ['attw', join(folder, tarball), '--profile', 'esm-only', '--no-emoji']);
  for (const name of ['library', 'restaurant']) {
    const example = join(folder, name);
    const filter = (path) => !MADE.includes(basename(path));
    cpSync(join(ROOT, 'examples', name), example, { recursive: true, filter });
    cpSync(join(folder, tarball), join(example, 'leftfold.tgz'));
    run('npm', ['ci', '--no-audit', '--no-fund'], example);
    run('npm', ['test'], example);
  }
  await checkScaffold(join(ROOT, 'docs/scaffold.md'), join(folder, 'library'), join(folder, tarball));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
