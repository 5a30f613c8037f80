/** What `leftfold/client` costs a page, and what it imports when it runs. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { minifySync, transformSync } from '@swc/core';

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = join(ROOT, 'src/runtime/client');
const MAX_BYTES = 12_000;

const sources = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts') && name !== 'index.ts')
  .map((name) => readFileSync(join(FOLDER, name), 'utf8'));
const code = sources
  .map((source) => {
    const jsc = { target: 'es2023', parser: { syntax: 'typescript' } } as const;
    return transformSync(source, { swcrc: false, jsc }).code;
  })
  .join('\n');

/** All files as one module, as a bundler makes it, minified. */
function bundle(): string {
  const inner = code
    .replaceAll(/^import [^;]*;$/gm, '')
    .replaceAll(/^export (?!\{)/gm, '')
    .replaceAll(/^export \{[^;]*;$/gm, '');
  const module = `${inner}\nexport { createClient, ProblemError, isProblem };`;
  return minifySync(module, { module: true, compress: true, mangle: { toplevel: true } }).code;
}

it('imports its own files alone', () => {
  const imported = [...code.matchAll(/from ['"]([^'"]+)['"]/g)].map(([, name]) => name);
  expect(imported.length).toBeGreaterThan(5);
  expect(imported.filter((name) => !/^\.\/[a-z-]+\.js$/.test(name ?? ''))).toEqual([]);
});

it('is smaller than 12 kB, gzipped and without folds, and as large as its guide says', () => {
  const bytes = gzipSync(bundle()).length;
  expect(bytes).toBeLessThan(MAX_BYTES);
  const [, said] =
    /([\d.]+) kB minified and gzipped/.exec(readFileSync(join(ROOT, 'docs/client.md'), 'utf8')) ?? [];
  expect(Number(said) * 1000).toBeGreaterThan(bytes * 0.9);
  expect(Number(said) * 1000).toBeLessThan(bytes * 1.1);
});
