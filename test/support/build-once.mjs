/** Builds the program and the tests' own applications, unless what is built is newer than every source. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformFileSync } from '@swc/core';
import { buildConsole } from '../../tools/build-console.mjs';

const root = join(import.meta.dirname, '..', '..');

/** The tests' own applications, and where each is built. */
const APPS = [
  [join(root, 'test', 'support', 'app'), join(root, 'dist-test', 'app')],
  [join(root, 'test', 'bank'), join(root, 'dist-test', 'bank')],
  [join(root, 'test', 'guides', 'commands'), join(root, 'dist-test', 'customers')],
];

const modified = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

const sourcesIn = (folder) =>
  readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
    .map((name) => join(folder, name));

const newestOf = (...paths) => Math.max(...paths.map(modified));

export default async function buildOnce() {
  buildProgram();
  await buildConsole();
  for (const [folder, target] of APPS) buildTestApp(folder, target);
}

function buildProgram() {
  const sources = [...sourcesIn(join(root, 'src')), join(root, 'package.json'), join(root, '.swcrc')];
  if (modified(join(root, 'dist', 'main.js')) > newestOf(...sources)) return;
  execFileSync(process.execPath, [join(root, 'node_modules/@nestjs/cli/bin/nest.js'), 'build'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** Sources of the tests, compiled one by one. They import the program's from `../…/src/`, which becomes what is built of it. */
function buildTestApp(folder, target) {
  const sources = sourcesIn(folder);
  if (modified(join(target, 'main.js')) > newestOf(...sources, import.meta.filename)) return;
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  // main.ts last: it tells the next run that all of it is built.
  for (const source of sources.toSorted((one) => (one.endsWith('main.ts') ? 1 : -1))) {
    const { code } = transformFileSync(source, { configFile: join(root, '.swcrc'), sourceMaps: 'inline' });
    const name = source.slice(folder.length + 1).replace(/\.ts$/, '.js');
    writeFileSync(join(target, name), code.replaceAll(/'(?:\.\.\/)+src\//g, "'../../dist/"));
  }
}
