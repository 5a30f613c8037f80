/**
 * Event streams of the state of `sum` to many clients while numbers are recorded, beside a bare node:http server, and WebSockets beside a bare
 * ws server, that send the same bytes to as many: messages a second, the time from acknowledgement to client, and memory for each client. Rounds alternate.
 *
 *   npm run bench:push          BENCH_CLIENTS=2000 BENCH_APPENDS=500 BENCH_SECONDS=8 BENCH_ROUNDS=3
 *   a look that takes seconds:  BENCH_CLIENTS=50 BENCH_APPENDS=50 BENCH_SECONDS=2 BENCH_ROUNDS=1
 */
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { median } from './rates.mjs';

const CLIENTS = Number(process.env.BENCH_CLIENTS ?? 2000);
const APPENDS = Number(process.env.BENCH_APPENDS ?? 500);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 8);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
/** Clients that note when each message has come. */
const SAMPLED = 20;
/** Appends that are not answered yet; at so many the next one waits. */
const MAX_IN_FLIGHT = 64;

const here = import.meta.dirname;
const now = () => performance.timeOrigin + performance.now();

async function startBare() {
  const child = fork(join(here, 'servers', 'push.mjs'));
  const [{ url }] = await once(child, 'message');
  return { child, url };
}

function startLeftfold(data) {
  const child = spawn(process.execPath, [join(here, 'domain', 'main.mjs')], {
    env: { ...process.env, PORT: '0', LEFTFOLD_DATA: data },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      const url = /listens on (\S+)/.exec(output)?.[1];
      if (url !== undefined) resolve({ child, url });
    });
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${output}`)));
  });
}

async function stop(child) {
  if (child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

/** In bytes. */
function residentOf({ pid }) {
  return 1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
}

/** @param acknowledged when each position was */
function append(url, agent, acknowledged) {
  return new Promise((resolve, reject) => {
    const sent = request(
      `${url}/numbers`,
      { method: 'POST', agent, headers: { 'content-type': 'application/json' } },
      (answer) => {
        acknowledged.set(Number(answer.headers['leftfold-position']), now());
        answer.resume().on('end', resolve);
      },
    );
    sent.on('error', reject).end('{"value":5}');
  });
}

/** So many a second, as far as the server keeps up. @returns how many were recorded */
async function appendFor(seconds, url, acknowledged) {
  const agent = new Agent({ keepAlive: true, maxSockets: MAX_IN_FLIGHT });
  const began = performance.now();
  const inFlight = new Set();
  let sent = 0;
  for (;;) {
    const elapsed = (performance.now() - began) / 1000;
    if (elapsed >= seconds) break;
    if (sent >= elapsed * APPENDS) await pause(1);
    else if (inFlight.size >= MAX_IN_FLIGHT) await Promise.race(inFlight);
    else {
      sent += 1;
      const one = append(url, agent, acknowledged).finally(() => inFlight.delete(one));
      inFlight.add(one);
    }
  }
  await Promise.all(inFlight);
  agent.destroy();
  return sent;
}

async function ask(clients, what) {
  clients.send(what);
  const [answer] = await once(clients, 'message');
  return answer;
}

async function measure(server, isWebSocket) {
  const before = residentOf(server.child);
  const options = { url: server.url, path: '/sum', clients: CLIENTS, sampled: SAMPLED, isWebSocket };
  const clients = fork(join(here, 'push-clients.mjs'), [JSON.stringify(options)]);
  try {
    await once(clients, 'message');
    const idle = residentOf(server.child);
    const acknowledged = new Map();
    await appendFor(1, server.url, acknowledged); // warm up
    await ask(clients, 'begin');
    const began = performance.now();
    const appended = await appendFor(SECONDS, server.url, acknowledged);
    const { counted } = await ask(clients, 'count');
    const seconds = (performance.now() - began) / 1000;
    const loaded = residentOf(server.child);
    const last = Math.max(...acknowledged.keys());
    const waited = performance.now();
    while ((await ask(clients, 'count')).lowest < last) {
      if (performance.now() - waited > 30_000) throw new Error('a client has not seen the last state');
      await pause(20);
    }
    const { samples } = await ask(clients, 'samples');
    const latencies = samples
      .filter(([position]) => acknowledged.has(position))
      .map(([position, at]) => Math.max(0, at - acknowledged.get(position)))
      .toSorted((a, b) => a - b);
    return {
      rate: counted / seconds,
      appends: appended / seconds,
      p99: latencies[Math.floor(latencies.length * 0.99)] ?? NaN,
      idleBytes: (idle - before) / CLIENTS,
      loadedBytes: (loaded - before) / CLIENTS,
    };
  } finally {
    await stop(clients);
  }
}

const data = mkdtempSync(join(tmpdir(), 'leftfold-bench-'));
const servers = { bare: await startBare(), ours: await startLeftfold(data) };
try {
  console.log(
    `Node ${process.version}, ${cpus().length} × ${cpus()[0].model}, load ${loadavg()[0].toFixed(1)}; ` +
      `${CLIENTS} clients, ${APPENDS} appends/s asked for; medians of ${ROUNDS} rounds of ${SECONDS} s\n`,
  );
  for (const [kind, isWebSocket] of [
    ['event stream', false],
    ['WebSocket', true],
  ]) {
    const rounds = [];
    for (let round = 0; round < ROUNDS; round += 1)
      rounds.push({
        bare: await measure(servers.bare, isWebSocket),
        ours: await measure(servers.ours, isWebSocket),
      });
    const first = rounds[0];
    for (const name of ['ours', 'bare']) {
      const of = (value) => median(rounds.map((round) => value(round[name])));
      console.log(
        `${kind}, ${name}  ${of(({ rate }) => rate)
          .toFixed(0)
          .padStart(7)} messages/s  p99 ${of(({ p99 }) => p99).toFixed(0)} ms after the acknowledgement  ` +
          `${of(({ appends }) => appends).toFixed(0)} appends/s  ` +
          `${(first[name].idleBytes / 1024).toFixed(1)} KiB a client, ${(first[name].loadedBytes / 1024).toFixed(1)} KiB under load`,
      );
    }
    const ratios = rounds.map(({ ours, bare }) => ours.rate / bare.rate);
    console.log(
      `${kind}: ratio ${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}; reach 0.6); every client has seen the last state\n`,
    );
  }
} finally {
  await Promise.all(Object.values(servers).map(({ child }) => stop(child)));
  rmSync(data, { recursive: true });
}
