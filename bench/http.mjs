/**
 * Requests a second at 64 connections, durable `POST /numbers` and `GET /sum`, beside a bare node:http echo server
 * in the same run, and Fastify and Nest without a log. The ratios matter; the absolute numbers depend on the machine. Rounds alternate, medians are shown.
 *
 *   npm run bench:http
 */
import { execFile, fork, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { median } from './rates.mjs';

const CONNECTIONS = 64;
const SECONDS = Number(process.env.BENCH_SECONDS ?? 4);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);

/** They are short, and a collection falls into some of them. */
const PRODUCT_ROUNDS = 5 * ROUNDS;

const here = import.meta.dirname;

/** A row of the hello world's own. */
const PRODUCT = join(here, 'hello-world', 'product.mjs');

/** One of the servers that ours is beside, by the name of its file. */
function startServer(name) {
  const child = fork(join(here, 'servers', `${name}.mjs`));
  return new Promise((resolve, reject) => {
    child.once('message', ({ url }) => resolve({ child, url }));
    child.once('exit', (code) => reject(new Error(`the server ${name} ended with ${code}`)));
  });
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
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

async function load(url, request) {
  const options = JSON.stringify({ url, connections: CONNECTIONS, seconds: SECONDS, ...request });
  const { stdout } = await promisify(execFile)(process.execPath, [join(here, 'load.mjs'), options]);
  return JSON.parse(stdout);
}

const POST = { method: 'POST', path: '/numbers', body: '{"value":5}' };
const GET = { method: 'GET', path: '/sum' };

/** What is asked of each server, in this order in every round. */
const WORKS = [
  {
    name: 'POST /numbers, durable',
    request: POST,
    reach: 0.5,
    beside: { fastify: 'Fastify, no log', nest: 'Nest on it, no log' },
  },
  { name: 'GET /sum', request: GET, reach: 0.65, beside: {} },
];

async function requests() {
  const data = mkdtempSync(join(tmpdir(), 'leftfold-bench-'));
  const servers = {};
  try {
    for (const name of ['bare', 'fastify', 'nest']) servers[name] = await startServer(name);
    servers.ours = await startLeftfold(data);
    for (const work of WORKS) await measure(work, servers);
  } finally {
    await Promise.all(Object.values(servers).map(({ child }) => stop(child)));
    rmSync(data, { recursive: true });
  }
}

async function measure({ name, request, reach, beside }, servers) {
  const names = ['bare', ...Object.keys(beside), 'ours'];
  for (const each of names) await load(servers[each].url, { ...request, seconds: 2 }); // warm up
  const rounds = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const measured = {};
    for (const each of names) measured[each] = await load(servers[each].url, request);
    rounds.push(measured);
  }
  const show = (label, each, remark = '') => {
    const ratios = rounds.map((round) => round[each].rate / round.bare.rate);
    const medianOf = (value) => median(rounds.map(value)).toFixed(0).padStart(7);
    console.log(
      `${label.padEnd(24)} ${medianOf((round) => round[each].rate)}/s  p99 ${medianOf((round) => round[each].p99)} ms` +
        `   bare ${medianOf((round) => round.bare.rate)}/s   ratio ${median(ratios).toFixed(2)}` +
        ` (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}${remark})`,
    );
  };
  show(name, 'ours', `; reach ${reach}`);
  for (const [each, label] of Object.entries(beside)) show(`  ${label}`, each);
}

console.log(
  `Node ${process.version}, ${cpus().length} × ${cpus()[0].model}; medians of ${ROUNDS} rounds of ${SECONDS} s\n`,
);
await requests();
console.log();
if (existsSync(PRODUCT)) (await import(PRODUCT)).measure({ rounds: PRODUCT_ROUNDS });
