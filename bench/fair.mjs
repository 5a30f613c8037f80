/**
 * `/health/live` and appends beside clients that read every event as NDJSON, and the same load without them: p99 of both, and
 * the memory of the server. BENCH_EVENTS (1,000,000), BENCH_READERS (100), BENCH_SECONDS (30) and BENCH_STORE (lmdb) change it.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clearInterval, setInterval } from 'node:timers';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';

const PORT = 4791;
const EVENTS = Number(process.env.BENCH_EVENTS ?? 1_000_000);
const READERS = Number(process.env.BENCH_READERS ?? 100);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 30);
const STORE = process.env.BENCH_STORE ?? 'lmdb';
const BATCH = 10_000;
const MEMORY_EVERY_MS = 100;

/** In a thread of their own, since otherwise reading would delay the measurement and not the server. */
function readEverything() {
  let bytes = 0;
  let ended = 0;
  for (let nth = 0; nth < workerData.readers; nth += 1) {
    const socket = connect(workerData.port, '127.0.0.1');
    socket.write(
      'GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/x-ndjson\r\nConnection: close\r\n\r\n',
    );
    socket.on('data', (chunk) => (bytes += chunk.length));
    socket.on('close', () => (ended += 1));
    socket.on('error', () => undefined);
  }
  setInterval(() => parentPort.postMessage({ bytes, ended }), 100);
}

async function main() {
  const folder = mkdtempSync(join(tmpdir(), 'leftfold-bench-fair-'));
  const server = spawn('node', ['--no-allocation-site-pretenuring', 'dist/main.js'], {
    env: { ...process.env, PORT: String(PORT), LEFTFOLD_STORE: STORE, LEFTFOLD_DATA: folder },
    stdio: ['ignore', process.env.GCLOG ? 'inherit' : 'ignore', 'inherit'],
  });
  process.on('exit', () => {
    server.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  const agent = new Agent({ keepAlive: true });

  function call(path, options = {}, body = undefined) {
    return new Promise((resolve, reject) => {
      const start = performance.now();
      const sent = request(`http://127.0.0.1:${PORT}${path}`, { agent, ...options }, (answer) => {
        answer.resume();
        answer.on('end', () => resolve({ status: answer.statusCode, ms: performance.now() - start }));
        answer.on('error', reject);
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  const post = async (value) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await call('/numbers', { method: 'POST', headers }, JSON.stringify(value));
    if (answer.status !== 201) throw new Error(`POST /numbers was answered with ${answer.status}`);
    return answer;
  };

  const isReady = () =>
    call('/health/ready').then(
      ({ status }) => status === 200,
      () => false,
    );

  /** In MiB. Mapped pages of the log are the operating system's cache, which it can take back. */
  const memory = () => {
    const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
    const of = (name) => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024);
    return { own: of('RssAnon'), mapped: of('RssFile') };
  };

  async function measure(name, goesOn) {
    const times = { live: [], appends: [] };
    const peak = memory();
    const sampling = setInterval(() => {
      const { own, mapped } = memory();
      peak.own = Math.max(peak.own, own);
      peak.mapped = Math.max(peak.mapped, mapped);
    }, MEMORY_EVERY_MS);
    const repeat = async (list, once) => {
      while (goesOn()) list.push((await once()).ms);
    };
    await Promise.all([
      repeat(times.live, () => call('/health/live')),
      repeat(times.appends, () => post({ value: 1 })),
    ]);
    clearInterval(sampling);
    const told = ([what, list]) => {
      list.sort((one, other) => one - other);
      const [p99, max] = [list[Math.floor(list.length * 0.99)], list.at(-1)];
      return `${what} p99 ${p99.toFixed(1)} ms, max ${max.toFixed(1)} ms, n = ${list.length}`;
    };
    console.log(
      `${name}: ${Object.entries(times).map(told).join('; ')}; memory at most ${peak.own} MiB, mapped pages of the log ${peak.mapped} MiB`,
    );
  }

  while (!(await isReady())) await pause(100);
  for (let recorded = 0; recorded < EVENTS; recorded += BATCH) {
    await post(Array.from({ length: BATCH }, (_, index) => (index % 2 ? 1 : -1)));
  }
  console.log(`${EVENTS} events recorded: memory ${memory().own} MiB`);
  const until = (end) => () => performance.now() < end;
  await measure('alone', until(performance.now() + (SECONDS * 1000) / 3));
  const readers = new Worker(new URL(import.meta.url), { workerData: { port: PORT, readers: READERS } });
  let seen = { bytes: 0, ended: 0 };
  readers.on('message', (message) => (seen = message));
  const isTime = until(performance.now() + SECONDS * 1000);
  await measure(`beside ${READERS} readers of ${EVENTS} events`, () => isTime() && seen.ended < READERS);
  console.log(`the readers took ${Math.round(seen.bytes / 2 ** 20)} MiB, and ${seen.ended} of them all`);
  process.exit();
}

if (isMainThread) await main();
else readEverything();
