/** The contracts are as they were published, and keep what other contexts rely on. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { folder } from '../test-support/server.mjs';

const ROOT = join(import.meta.dirname, '..');

function leftfold(...args) {
  const bin = join(ROOT, 'node_modules/.bin/leftfold');
  const options = ['--contexts', 'dist/contexts.js'];
  return spawnSync(bin, [...args, ...options], { cwd: ROOT, encoding: 'utf8' });
}

test('a context imports the contracts of another one, and nothing else of it', () => {
  for (const context of ['menu', 'customers', 'orders'])
    for (const file of readdirSync(join(ROOT, 'src', context))) {
      const text = readFileSync(join(ROOT, 'src', context, file), 'utf8');
      const imported = [...text.matchAll(/from '\.\.\/(?:menu|customers|orders)\/([^']+)'/g)];
      for (const [, module] of imported) assert.match(module, /\.events\.js$/, `${context}/${file}`);
    }
});

test('what the contexts publish keeps what they rely on', () => {
  const { status, stdout, stderr } = leftfold('contracts', 'check');
  assert.equal(status, 0, stdout + stderr);
});

test('what they publish is published, and nothing of the runtime', () => {
  const { status, stdout, stderr } = leftfold('contracts', 'publish');
  assert.deepEqual(
    { status, stdout, stderr },
    { status: 0, stdout: '', stderr: 'contracts has all contracts already\n' },
  );
  const foreign = readdirSync(join(ROOT, 'contracts')).filter((type) => /^(?:leftfold\.|event\.)/.test(type));
  assert.deepEqual(foreign, []);
});

test('every event is recorded and consumed by somebody, and has an example', () => {
  const { status, stdout, stderr } = leftfold('model', '--check');
  assert.equal(status, 0, stdout + stderr);
});

test('a break names the consumer, the event, the revision and the field', (context) => {
  const published = folder(context);
  cpSync(join(ROOT, 'contracts'), published, { recursive: true });
  const file = join(published, 'menu-item.added/1.schema.json');
  const schema = JSON.parse(readFileSync(file, 'utf8'));
  delete schema.properties.price;
  schema.required = schema.required.filter((name) => name !== 'price');
  writeFileSync(file, JSON.stringify(schema));
  const { status, stdout, stderr } = leftfold('contracts', 'check', published);
  assert.equal(status, 1, stderr);
  assert.match(
    stdout + stderr,
    /^menu-item\.added, revision 1, price: decider known-menu-item of context Orders relies on it/m,
  );
});
