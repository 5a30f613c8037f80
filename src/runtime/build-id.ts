/** Identifies the build of the program that runs: a digest of its code, so that a state which other code has folded is known as such. */
import { createHash, type Hash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const CODE = /(?<!\.d)\.(?:[cm]?js|[cm]?ts|jsx|tsx)$/;
/** Neither the program's own code nor code at all. */
const PASSED_OVER = /^(?:node_modules|\..*)$/;
/** What a program of one's own has at most. Past it the digest would delay the start. */
const MAX_FILES = 10_000;
const MAX_BYTES = 128 * 1024 * 1024;
/** They tell the versions of everything that the program uses. */
const MANIFESTS = ['package.json', 'package-lock.json', 'npm-shrinkwrap.json', 'pnpm-lock.yaml', 'yarn.lock'];

/**
 * A digest of all code in the folder of the entry point and below it, and of the nearest manifest and lock file.
 *
 * @param entry of the program, as in `process.argv[1]`: a file, also without its extension, or a folder with an `index.js`
 * @returns undefined when there is none, when it cannot be read, or when there is too much of it
 */
export function buildIdOf(entry: string | undefined): string | undefined {
  if (entry === undefined) return undefined;
  try {
    const folder = dirname(fileOf(entry));
    const digest = createHash('sha256');
    for (const path of [...codeIn(folder), ...manifestsAbove(folder)]) addFile(digest, folder, path);
    return digest.digest('base64url');
  } catch {
    return undefined; // the state is used as it is, as before there were build ids
  }
}

/** As Node finds it: `nest start` runs `dist/main`, and the file is `dist/main.js`. */
function fileOf(entry: string): string {
  return realpathSync(
    existsSync(entry) && statSync(entry).isFile() ? entry : createRequire(entry).resolve(entry),
  );
}

function addFile(digest: Hash, folder: string, path: string): void {
  const content = readFileSync(path);
  digest.update(`${path.slice(folder.length)} ${content.length}\n`).update(content);
}

/** In the same order everywhere. @throws Error when there are too many */
function codeIn(folder: string): readonly string[] {
  const found: string[] = [];
  let bytes = 0;
  const folders = [folder];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    for (const entry of readdirSync(next, { withFileTypes: true })) {
      if (PASSED_OVER.test(entry.name)) continue;
      const path = join(next, entry.name);
      if (entry.isDirectory()) folders.push(path);
      else if (entry.isFile() && CODE.test(entry.name)) {
        found.push(path);
        bytes += statSync(path).size;
      }
      if (found.length > MAX_FILES || bytes > MAX_BYTES) throw new Error('there is too much code');
    }
  }
  return found.sort();
}

function manifestsAbove(folder: string): readonly string[] {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, 'package.json')))
      return MANIFESTS.map((name) => join(at, name)).filter((path) => existsSync(path));
    if (dirname(at) === at) return [];
  }
}
