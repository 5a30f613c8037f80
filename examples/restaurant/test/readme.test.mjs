/** The README is true: its code is in the files, its session is what the server answers, and its lines are counted. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { restaurant } from '../test-support/server.mjs';

const ROOT = join(import.meta.dirname, '..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const blocks = (language) =>
  [...README.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))].map(([, text]) => text);

test('the code of the tutorial is in the files that it names, line by line', () => {
  const found = [...blocks('ts'), ...blocks('js')].map((block) => {
    const [first, ...lines] = block.split('\n');
    const file = first.replace('// ', '');
    assert.ok(readFileSync(join(ROOT, file), 'utf8').includes(lines.join('\n')), block);
    return file;
  });
  assert.ok(found.length >= 10);
});

test('the blocks of the menu, in their order, are the files of its context', () => {
  const built = new Map();
  for (const block of blocks('ts')) {
    const [, file, text] = /^\/\/ (\S+)\n(.*)$/s.exec(block);
    built.set(file, built.has(file) ? `${built.get(file)}\n${text}` : text);
  }
  for (const name of readdirSync(join(ROOT, 'src/menu'))) {
    const file = `src/menu/${name}`;
    assert.equal(built.get(file), readFileSync(join(ROOT, file), 'utf8'), file);
  }
});

test('the session of the tutorial is what the server answers', { timeout: 60_000 }, async (context) => {
  const { url } = await restaurant(context);
  const steps = blocks('console').flatMap((block) =>
    block
      .split(/^\$ /m)
      .filter((step) => step !== '')
      .map((step) => {
        const [command, ...answer] = step.trimEnd().split('\n');
        return {
          command: command.replaceAll('localhost:3000', url.replace('http://', '')),
          answer: answer.join('\n'),
        };
      }),
  );
  // One shell, whose variables go on from step to step.
  const script = steps.map(({ command }) => `${command}\necho\necho '--- end of step'`).join('\n');
  const { stdout, status } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
  assert.equal(status, 0);
  const answers = stdout.split('--- end of step\n').map((answer) => answer.trim());
  for (const [index, { command, answer }] of steps.entries()) {
    const pattern = answer
      .split('…')
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*');
    assert.match(answers[index], new RegExp(`^${pattern}$`, 's'), command);
  }
  assert.ok(steps.length >= 15);
});

const KINDS = {
  contracts: (file) => file.endsWith('.events.ts'),
  'modules and start': (file) => file.endsWith('.module.ts') || ['main.ts', 'contexts.ts'].includes(file),
  'the contexts over HTTP': (file) => file.endsWith('.http.ts'),
  'HAL, for any context': (file) => file.startsWith('hal/'),
  'charts, commands, projections': () => true,
};

test('the lines of each kind are as the table says, and the domain has the most of them', () => {
  const counted = Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, 0]));
  for (const file of readdirSync(join(ROOT, 'src'), { recursive: true }).filter((name) =>
    name.endsWith('.ts'),
  )) {
    const [kind] = Object.entries(KINDS).find(([, is]) => is(file));
    const lines = readFileSync(join(ROOT, 'src', file), 'utf8').split('\n');
    counted[kind] += lines.filter((line) => line.trim() !== '').length;
  }
  const table = README.matchAll(/^\| ([^|]+) \| (\d+) \|$/gm);
  assert.deepEqual(Object.fromEntries([...table].map(([, kind, lines]) => [kind, Number(lines)])), counted);
  const domain = counted.contracts + counted['charts, commands, projections'];
  const all = Object.values(counted).reduce((sum, lines) => sum + lines, 0);
  assert.ok(domain > all / 2, `${domain} of ${all} lines`);
});
