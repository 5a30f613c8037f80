/**
 * `/health/live` while append conditions over a log in LMDB are checked that cost as much as any may, and the same without them:
 * `nest build && node bench/condition.mjs`. No event has both tags that a condition asks for. In the first half of the log each
 * commit has one of them, so that only indexes are read; in the second half each has both, so that every commit is read too.
 * The round with the least of the longest times counts, as other work on the machine only adds to them. BENCH_EVENTS (1,000,000),
 * BENCH_CLIENTS (4) and BENCH_ROUNDS (5) change it.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { LmdbStore } from '../dist/runtime/stores/lmdb/lmdb.store.js';

const PORT = 4792;
const EVENTS = Number(process.env.BENCH_EVENTS ?? 1_000_000);
const CLIENTS = Number(process.env.BENCH_CLIENTS ?? 4);
const IN_FLIGHT = 1_000;
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const SECONDS = 4;

const agent = new Agent({ keepAlive: true });

function call(path, options = {}, body = undefined) {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const sent = request(`http://127.0.0.1:${PORT}${path}`, { agent, ...options }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => (text += chunk));
      answer.on('end', () => resolve({ status: answer.statusCode, text, ms: performance.now() - start }));
      answer.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const event = (tag) => ({ type: 'number.recorded', revision: 1, tags: [tag], data: { value: '1' } });

const commit = (number, events) => ({
  id: `made/${number}`,
  isNewId: true,
  time: '2026-01-31T12:00:00.000Z',
  metadata: {},
  events,
});

async function write(folder) {
  const store = LmdbStore.open(folder);
  const half = EVENTS / 2;
  for (let first = 0; first < half; first += IN_FLIGHT) {
    const numbers = Array.from({ length: IN_FLIGHT }, (_, offset) => first + offset);
    await Promise.all(
      numbers.map((number) => store.append(commit(number, [event(number % 2 === 0 ? 'even' : 'odd')]))),
    );
  }
  for (let first = half; first < EVENTS; first += 2 * IN_FLIGHT) {
    const numbers = Array.from({ length: IN_FLIGHT }, (_, offset) => first + 2 * offset);
    await Promise.all(numbers.map((number) => store.append(commit(number, [event('left'), event('right')]))));
  }
  await store.close();
}

/** One condition after the other, with the times that their answers took. */
async function conditions(tags, isTime, times) {
  const body = JSON.stringify({
    events: [{ type: 'number.recorded', data: { value: '1' } }],
    condition: { query: [{ tags }], after: 0 },
  });
  const options = { method: 'POST', headers: { 'content-type': 'application/json' } };
  while (isTime()) {
    const { status, text, ms } = await call('/events', options, body);
    times.push(ms);
    if (status !== 201 && !text.includes('condition-too-costly')) throw new Error(`${status}: ${text}`);
    answers.set(status, (answers.get(status) ?? 0) + 1);
  }
}

const answers = new Map();

async function live(isTime) {
  const times = [];
  while (isTime()) {
    times.push((await call('/health/live')).ms);
    await pause(5);
  }
  return times;
}

const told = (times) => {
  const sorted = times.toSorted((one, other) => one - other);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))].toFixed(1);
  return `median ${at(0.5)} ms, p99 ${at(0.99)} ms, at most ${at(1)} ms, n = ${sorted.length}`;
};

const folder = mkdtempSync(join(tmpdir(), 'leftfold-bench-condition-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
await write(join(folder, 'log'));
const server = spawn('node', ['--no-allocation-site-pretenuring', 'dist/main.js'], {
  env: { ...process.env, PORT: String(PORT), LEFTFOLD_STORE: 'lmdb', LEFTFOLD_DATA: folder },
  stdio: ['ignore', 'ignore', 'inherit'],
});
process.on('exit', () => server.kill('SIGKILL'));
const isReady = () =>
  call('/health/ready').then(
    ({ status }) => status === 200,
    () => false,
  );
while (!(await isReady())) await pause(100);

const during = () => {
  const end = performance.now() + SECONDS * 1000;
  return () => performance.now() < end;
};
console.log(`${EVENTS} events; load average ${loadavg()[0].toFixed(1)}`);

async function round(tags, clients) {
  const [isTime, times] = [during(), []];
  answers.clear();
  const [lives] = await Promise.all([
    live(isTime),
    ...Array.from({ length: clients }, () => conditions(tags, isTime, times)),
  ]);
  return { lives, times, statuses: JSON.stringify([...answers]) };
}

async function best(tags, clients) {
  let least;
  for (let count = 0; count < ROUNDS; count += 1) {
    const result = await round(tags, clients);
    if (least === undefined || Math.max(...result.lives) < Math.max(...least.lives)) least = result;
  }
  return least;
}

console.log(`/health/live alone: ${told((await best([], 0)).lives)}`);
for (const [what, tags] of [
  ['that read indexes', ['even', 'odd']],
  ['that read commits', ['left', 'right']],
]) {
  for (const clients of [1, CLIENTS]) {
    const { lives, times, statuses } = await best(tags, clients);
    console.log(`/health/live beside ${clients} at a time ${what}: ${told(lives)}`);
    console.log(`  the conditions: ${told(times)}; answers ${statuses}`);
  }
}
console.log(`load average ${loadavg()[0].toFixed(1)}`);
process.exit();
