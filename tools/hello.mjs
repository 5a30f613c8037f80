/**
 * `npm run hello`: the hello world as three processes. The log with `numbers` listens on PORT (default: 3000), `sum` and
 * `product` on the two ports after it. They end together.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

const first = Number(process.env['PORT'] || 3000);
if (!Number.isInteger(first) || first < 1 || first > 65_533) {
  process.stderr.write(
    'hello: PORT must be a whole number from 1 to 65533: the log takes it, sum and product the two after it\n',
  );
  process.exit(2);
}
const data = process.env['LEFTFOLD_DATA'] || 'data-hello';
const log = `http://127.0.0.1:${first}`;

const programs = [
  {
    name: 'log',
    port: first,
    environment: {
      LEFTFOLD_APP: 'log',
      LEFTFOLD_CONTEXTS: 'numbers',
      LEFTFOLD_STORE: process.env['LEFTFOLD_STORE'] || 'lmdb',
    },
  },
  { name: 'sum', port: first + 1, environment: context('sum') },
  { name: 'product', port: first + 2, environment: context('product') },
];

function context(name) {
  return { LEFTFOLD_APP: 'context', LEFTFOLD_CONTEXTS: name, LEFTFOLD_STORE: log, LEFTFOLD_SEED: '' };
}

/** Resolves once it listens. */
function start({ name, port, environment }) {
  const child = spawn(process.execPath, [MAIN], {
    env: {
      ...process.env,
      LEFTFOLD_SEED: process.env['LEFTFOLD_SEED'] ?? '1,1,1,1,2',
      ...environment,
      PORT: String(port),
      LEFTFOLD_DATA: join(data, name),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.set(name, child);
  const ended = new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      running.delete(name);
      resolve(code ?? signal);
      end(code ?? 1);
    });
  });
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
      if (output.includes('listens on')) resolve();
    });
    child.stderr.pipe(process.stderr, { end: false });
    void ended.then((how) => reject(new Error(`${name} ended with ${how}\n${output}`)));
  });
}

const running = new Map();
let exitCode;

/** Ends all of them; the contexts first, as they read from the log. */
function end(code) {
  if (exitCode === undefined) {
    exitCode = code;
    for (const name of ['product', 'sum']) running.get(name)?.kill('SIGTERM');
  }
  if (running.size === 1 && running.has('log')) running.get('log').kill('SIGTERM');
  if (running.size === 0) process.exit(exitCode);
}

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => end(0));

try {
  for (const program of programs) await start(program);
} catch (error) {
  if (exitCode === 1 || exitCode === undefined) process.stderr.write(`hello: ${error.message}\n`);
}

if (exitCode === undefined)
  process.stdout.write(`
The log listens on        http://localhost:${first}
The adder listens on      http://localhost:${first + 1}
The multiplier listens on http://localhost:${first + 2}
Their data is in ${data}; delete it to begin again
Try:
  curl -X POST localhost:${first}/subscribe/${first + 1}
  curl -X POST localhost:${first}/subscribe/${first + 2}
  curl localhost:${first + 1}/state
  curl -X POST --data "event=5" localhost:${first}/push
  curl localhost:${first + 1}/state
  curl localhost:${first + 2}/state

`);
