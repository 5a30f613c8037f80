/** The monolith at rest beside the same contexts as three processes: memory, and processor time of ten seconds. */
import { readFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startServer } from '../apart/log-server.mjs';

const SECONDS = 10;
/** Of `utime` and `stime`, on Linux. */
const TICKS_PER_SECOND = 100;

const folder = mkdtempSync(join(tmpdir(), 'leftfold-bench-'));
const at = (name) => ({ LEFTFOLD_DATA: join(folder, name) });

function ticksOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

const residentMiB = (pid) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

async function atRest(name, servers) {
  await pause(5_000);
  const pids = servers.map(({ pid }) => pid);
  const before = pids.map(ticksOf);
  await pause(SECONDS * 1000);
  const ticks = pids.map((pid, index) => ticksOf(pid) - before[index]);
  const total = (values) => values.reduce((sum, value) => sum + value, 0);
  const memory = pids.map(residentMiB).map(Math.round);
  console.log(
    `${name}: ${total(memory)} MiB (${memory.join(' + ')}), ${((total(ticks) / TICKS_PER_SECOND / SECONDS) * 100).toFixed(1)} % of a processor`,
  );
  for (const server of servers.toReversed()) await server.stop();
}

await atRest('the monolith', [await startServer(at('monolith'))]);
const log = await startServer({ ...at('log'), LEFTFOLD_APP: 'log', LEFTFOLD_CONTEXTS: 'numbers' });
const context = (name) =>
  startServer({ ...at(name), LEFTFOLD_APP: 'context', LEFTFOLD_CONTEXTS: name, LEFTFOLD_STORE: log.url });
await atRest('three processes', [log, await context('sum'), await context('product')]);
rmSync(folder, { recursive: true, force: true });
