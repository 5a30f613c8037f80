/** Builds the page of the console with Vite, unless what is built is newer than every source of it. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const ROOT = join(import.meta.dirname, '..');
const PAGE = join(ROOT, 'src', 'runtime', 'console', 'page');
const BUILT = join(ROOT, 'dist-console', 'index.html');
const SOURCES = [PAGE, join(ROOT, 'src', 'runtime', 'client')];

const modified = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

export async function buildConsole() {
  const sources = SOURCES.flatMap((folder) =>
    readdirSync(folder, { recursive: true }).map((name) => join(folder, name)),
  );
  const newest = Math.max(...[...sources, join(ROOT, 'package-lock.json')].map(modified));
  if (modified(BUILT) > newest) return;
  const { build } = await import('vite');
  const { default: config } = await import(pathToFileURL(join(PAGE, 'vite.config.mjs')).href);
  await build(config);
}

if (process.argv[1] === import.meta.filename) await buildConsole();
