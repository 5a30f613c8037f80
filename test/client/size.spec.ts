/** What `leftfold/client` costs a page, and what it imports when it runs. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import ts from 'typescript';

const FOLDER = join(import.meta.dirname, '../../src/runtime/client');
const MAX_BYTES = 12_000;

const sources = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
  .map((name) => readFileSync(join(FOLDER, name), 'utf8'));
const compilerOptions = { target: ts.ScriptTarget.ES2023, verbatimModuleSyntax: true, removeComments: true };
const code = sources.map((source) => ts.transpileModule(source, { compilerOptions }).outputText).join('\n');

it('imports its own files alone', () => {
  const imported = [...code.matchAll(/from ['"]([^'"]+)['"]/g)].map(([, name]) => name);
  expect(imported.length).toBeGreaterThan(5);
  expect(imported.filter((name) => !/^\.\/[a-z-]+\.js$/.test(name ?? ''))).toEqual([]);
});

it('is smaller than 12 kB, gzipped and without folds', () => {
  expect(gzipSync(code).length).toBeLessThan(MAX_BYTES);
});
