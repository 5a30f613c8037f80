/** Starts the built example on both platforms, over a log in a temporary folder, and uses it, and the command line on that log. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';

const MAIN = new URL('./dist/main.js', import.meta.url).pathname;

/** Runs the application in a folder until `use` is done, then ends it with SIGTERM. */
async function running(platform, cwd, use) {
  const environment = { ...process.env, PLATFORM: platform, PORT: '0' };
  const server = spawn(process.execPath, [MAIN], {
    cwd,
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const lines = createInterface({ input: server.stdout });
    for await (const line of lines) {
      const [, url] = /^listens on (\S+)/.exec(line) ?? [];
      if (url === undefined) continue;
      await use(url);
      break;
    }
  } finally {
    server.kill('SIGTERM');
    if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
  }
}

/** Runs the installed command line in a folder. */
function leftfold(cwd, ...args) {
  const bin = new URL('./node_modules/.bin/leftfold', import.meta.url).pathname;
  const { status, stdout, stderr } = spawnSync(bin, args, { cwd, encoding: 'utf8' });
  return { status, stdout, stderr };
}

const json = (body) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

for (const platform of ['express', 'fastify']) {
  test(`on ${platform}, what was recorded is there after a restart`, { timeout: 60_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'leftfold-example-'));
    try {
      await running(platform, folder, async (url) => {
        const deposited = await fetch(`${url}/deposits`, json({ cents: 1250 }));
        assert.deepEqual([deposited.status, await deposited.json()], [201, { position: 1 }]);
        const wait = { headers: { prefer: 'wait=5' } };
        const balance = await fetch(`${url}/balance?after=1`, wait);
        assert.deepEqual(await balance.json(), { cents: 1250, position: 1 });
        const event = { type: 'money.deposited', data: { cents: 50 } };
        assert.equal((await fetch(`${url}/events`, json({ events: [event] }))).status, 201);
        const refused = await fetch(`${url}/events`, json({ events: [{ ...event, data: { cents: -1 } }] }));
        assert.equal(refused.status, 422);
        assert.match(refused.headers.get('content-type'), /^application\/problem\+json/);
        await refused.arrayBuffer();
        assert.equal((await fetch(`${url}/balance?at=1`)).status, 200);
      });
      await running(platform, folder, async (url) => {
        const balance = await fetch(`${url}/balance?after=2`, { headers: { prefer: 'wait=5' } });
        assert.deepEqual(await balance.json(), { cents: 1300, position: 2 });
        assert.equal((await fetch(`${url}/health/ready`)).status, 200);
      });
      assert.match(leftfold(folder, '--version').stdout, /^\d+\.\d+\.\d+\n$/);
      const verified = leftfold(folder, 'verify', '--quiet');
      assert.equal(verified.status, 0, verified.stderr);
      assert.match(verified.stdout, /^2 [0-9a-f]{64}\n$/);
      // The package has no app whose contexts could be folded.
      for (const args of [['audit'], ['rehearse'], ['what-if', 'balance', '--without', '1']]) {
        const { status, stderr } = leftfold(folder, ...args);
        assert.equal(status, 2, stderr);
        assert.match(stderr, /--contexts <file>/);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

test('the model is read off the contexts', () => {
  const contexts = new URL('./contexts.mjs', import.meta.url).pathname;
  writeFileSync(
    contexts,
    "import { DepositsModule } from './dist/deposits.js';\nexport const contexts = [DepositsModule];\n",
  );
  const checked = leftfold('.', 'model', '--check', '--contexts', contexts);
  assert.deepEqual(checked, { status: 0, stdout: '', stderr: '' });
  const { stdout } = leftfold('.', 'model', '--contexts', contexts);
  assert.match(stdout, /^flowchart LR\n {2}subgraph c1\["Deposits"\]\n/);
  rmSync(contexts);
});
