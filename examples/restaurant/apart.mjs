/** `npm run apart`: the restaurant as four processes. Ends all of them when one ends. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const { DATA = './data-apart', PORTS = '3000,8080,8081,8082' } = process.env;
const [log, ...others] = PORTS.split(',');
const MAIN = new URL('./dist/main.js', import.meta.url).pathname;
const processes = [];

/** Resolves to its URL once it listens. */
function start(name, environment) {
  const started = spawn(process.execPath, [MAIN], {
    env: { ...process.env, DATA: join(DATA, name), ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  processes.push(started);
  started.once('exit', (code) => end(code ?? 1));
  return new Promise((resolve) => {
    createInterface({ input: started.stdout }).on('line', (line) => {
      const [, url] = /^listens on (\S+)/.exec(line) ?? [];
      if (url !== undefined) resolve(url);
    });
  });
}

function end(code) {
  process.exitCode ??= code;
  for (const each of processes) each.kill('SIGTERM');
}
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => end(0));

const STORE = await start('log', { CONTEXTS: '', PORT: log });
console.log(`log ${STORE}`);
await Promise.all(
  ['menu', 'customers', 'orders'].map(async (CONTEXTS, index) => {
    const url = await start(CONTEXTS, { CONTEXTS, STORE, PORT: others[index] });
    console.log(`${CONTEXTS} ${url}`);
  }),
);
console.log('all four listen');
