/** Builds the program and the tests' own application, unless what is built is newer than every source. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformFileSync } from '@swc/core';

const root = join(import.meta.dirname, '..', '..');

/** The tests' own application, and where it is built. */
const APP = join(root, 'test', 'support', 'app');
const BUILT_APP = join(root, 'dist-test', 'app');

const modified = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

const sourcesIn = (folder) =>
  readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
    .map((name) => join(folder, name));

const newestOf = (...paths) => Math.max(...paths.map(modified));

export default function buildOnce() {
  buildProgram();
  buildApp();
}

function buildProgram() {
  const sources = [...sourcesIn(join(root, 'src')), join(root, 'package.json'), join(root, '.swcrc')];
  if (modified(join(root, 'dist', 'main.js')) > newestOf(...sources)) return;
  execFileSync(process.execPath, [join(root, 'node_modules/@nestjs/cli/bin/nest.js'), 'build'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

function buildApp() {
  const sources = sourcesIn(APP);
  if (modified(join(BUILT_APP, 'main.js')) > newestOf(...sources, import.meta.filename)) return;
  rmSync(BUILT_APP, { recursive: true, force: true });
  mkdirSync(BUILT_APP, { recursive: true });
  // main.ts last: it tells the next run that all of it is built.
  for (const source of sources.toSorted((one) => (one.endsWith('main.ts') ? 1 : -1))) {
    const { code } = transformFileSync(source, { configFile: join(root, '.swcrc'), sourceMaps: 'inline' });
    const name = source.slice(APP.length + 1).replace(/\.ts$/, '.js');
    writeFileSync(join(BUILT_APP, name), code.replaceAll('../../../src/', '../../dist/'));
  }
}
