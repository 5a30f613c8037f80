/** Health and appends alone, and beside 40 clients that read every event as NDJSON: p99 of both, and the most memory the server took. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';

const PORT = 4791;
const READERS = 40;
const BATCHES = 50;
const BATCH = 2000;
const ALONE_MS = 3_000;
const MAX_MS = 40_000;

const server = spawn('node', ['dist/main.js'], {
  env: { ...process.env, PORT: String(PORT), LEFTFOLD_STORE: 'memory', LEFTFOLD_DATA: tmpdir() },
  stdio: 'ignore',
});
process.on('exit', () => server.kill('SIGKILL'));

function call(path, options = {}, body = undefined) {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const sent = request(`http://127.0.0.1:${PORT}${path}`, options, (answer) => {
      answer.resume();
      answer.on('end', () => resolve({ status: answer.statusCode, ms: performance.now() - start }));
      answer.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const post = (value) =>
  call(
    '/numbers',
    { method: 'POST', headers: { 'content-type': 'application/json' } },
    JSON.stringify(value),
  );

const isReady = () =>
  call('/health/ready').then(
    ({ status }) => status === 200,
    () => false,
  );

const p99 = (times) => times.sort((one, other) => one - other)[Math.floor(times.length * 0.99)].toFixed(1);

async function measure(name, goesOn) {
  const [live, appends] = [[], []];
  while (goesOn()) {
    const [health, append] = await Promise.all([call('/health/live'), post({ value: 1 })]);
    live.push(health.ms);
    appends.push(append.ms);
  }
  const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1];
  console.log(
    `${name}: /health/live p99 ${p99(live)} ms, appends p99 ${p99(appends)} ms, n = ${live.length}, peak ${Math.round(peak / 1024)} MiB`,
  );
}

while (!(await isReady())) await pause(100);
for (let nth = 0; nth < BATCHES; nth += 1) {
  await post(Array.from({ length: BATCH }, (_, index) => (index % 2 ? 1 : -1)));
}
let end = performance.now() + ALONE_MS;
await measure('alone', () => performance.now() < end);
let reading = READERS;
for (let nth = 0; nth < READERS; nth += 1) {
  void call('/events', { agent: new Agent(), headers: { accept: 'application/x-ndjson' } }).then(() => {
    reading -= 1;
  });
}
end = performance.now() + MAX_MS;
await measure(
  `beside ${READERS} readers of ${BATCHES * BATCH} events`,
  () => reading > 0 && performance.now() < end,
);
process.exit();
