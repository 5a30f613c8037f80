/** The modules that a page needs, as the browser loads them: those that its entry imports, and what these import. No other file is served. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'es-module-lexer/js';

export interface BrowserModule {
  readonly body: Buffer;
  readonly entityTag: string;
}

export interface BrowserModules {
  /** By their paths, without a slash at the beginning. */
  readonly modules: ReadonlyMap<string, BrowserModule>;
  readonly entry: string;
  /** For an import map: where the packages are that modules import by name. */
  readonly packages: Readonly<Record<string, string>>;
}

/**
 * @param root the folder within which the page's own files are
 * @param prefix of all paths
 * @throws Error that names the file, for an import of what no browser has
 */
export function browserModules(entry: URL, root: URL, prefix: string): BrowserModules {
  const modules = new Map<string, BrowserModule>();
  const packages: Record<string, string> = {};

  const add = (file: URL, base: URL, at: string): string => {
    const path = posix.join(at, decodeURI(file.href.slice(base.href.length)));
    if (modules.has(path)) return path;
    const body = readFileSync(file);
    modules.set(path, { body, entityTag: `"${createHash('sha256').update(body).digest('base64url')}"` });
    for (const name of importsOf(body.toString())) {
      if (name.startsWith('.')) add(new URL(name, file), base, at);
      else if (packages[name] === undefined) {
        const found = packageOf(name, file);
        packages[name] = `/${add(found.module, found.folder, posix.join(prefix, 'packages', name))}`;
      }
    }
    return path;
  };

  return { entry: add(entry, root, posix.join(prefix, 'modules')), modules, packages };
}

/** Without those that are asked for when the code runs. */
function importsOf(code: string): readonly string[] {
  const [imports] = parse(code);
  return imports.flatMap(({ type, specifier }) =>
    type === 'static' || type === 'reexport-star' ? [specifier] : [],
  );
}

interface Manifest {
  readonly name?: string;
  readonly module?: string;
  readonly exports?: { readonly '.'?: { readonly module?: string; readonly import?: string } };
}

/** The folder of a package, and its module in the language's own form: what Node takes may be a wrapper around CommonJS. */
function packageOf(name: string, importer: URL): { readonly folder: URL; readonly module: URL } {
  if (name.startsWith('node:'))
    throw new Error(`${fileURLToPath(importer)} imports ${name}, which no browser has`);
  const resolved = import.meta.resolve(name);
  for (let folder = new URL('./', resolved); ; folder = new URL('../', folder)) {
    const file = new URL('package.json', folder);
    if (existsSync(file)) {
      const manifest = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
      const main = manifest.exports?.['.'];
      if (manifest.name === name)
        return {
          folder,
          module: new URL(main?.module ?? manifest.module ?? main?.import ?? resolved, folder),
        };
    }
    if (new URL('../', folder).href === folder.href)
      throw new Error(`the package ${name} has no package.json`);
  }
}
