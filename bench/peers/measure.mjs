/**
 * The peers by themselves: single durable appends a second, and their catch-up subscriptions from the first event to the
 * last, as they come and with batches of 1,000 without a pause.
 *
 *   npm ci && npm run measure
 */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from './postgres.mjs';

/** How long a peer may take beside its appends: for those that wait on a lock, and for catch-up, of which there are two. */
const PATIENCE_SECONDS = 120;

/**
 * One peer's figures, rates in events a second:
 * `{ name, appends: { appended, failures, rate }, catchUp?, catchUpTuned?: { handled, missed, rate } }`,
 * where `failures` counts by message. What the peer prints is dropped: emmett-sqlite prints each transaction that fails.
 */
export async function measurePeer(peer, { postgresUrl, inFlight = 64, seconds = 5 }) {
  const folder = mkdtempSync(join(tmpdir(), 'leftfold-peer-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    return await new Promise((resolve, reject) => {
      const work = JSON.stringify({ peer, folder, postgresUrl, inFlight, seconds });
      const child = fork(join(import.meta.dirname, 'work.mjs'), [work], {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
        timeout: (seconds + PATIENCE_SECONDS) * 1000,
      });
      child.once('message', resolve);
      child.once('exit', (code, signal) => reject(new Error(`${peer} ended with ${code ?? signal}`)));
    });
  } finally {
    process.off('exit', remove);
    remove();
  }
}

async function main() {
  const seconds = Number(process.env.BENCH_SECONDS ?? 5);
  const perSecond = (figure) => (figure === undefined ? '-' : `${figure.rate.toFixed(0)}/s`).padStart(9);
  const postgres = await startPostgres();
  console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0].model}; appends for ${seconds} s\n`);
  console.log(`${''.padEnd(34)}in flight   appends  failed   catch-up     tuned  missed`);
  for (const [peer, inFlight] of [
    ['emmett-sqlite', 64],
    ['emmett-postgresql', 64],
    ['castore-postgres', 64],
    ['emmett-sqlite-concurrent', 16],
  ]) {
    const options = { postgresUrl: postgres.url, inFlight, seconds };
    const { name, appends, catchUp, catchUpTuned } = await measurePeer(peer, options);
    const failed = Object.values(appends.failures).reduce((sum, count) => sum + count, 0);
    console.log(
      `${name.padEnd(34)}${String(inFlight).padStart(9)} ${perSecond(appends)} ${String(failed).padStart(7)}` +
        `  ${perSecond(catchUp)} ${perSecond(catchUpTuned)} ${String(catchUp?.missed ?? '-').padStart(7)}`,
    );
    for (const [message, count] of Object.entries(appends.failures)) console.log(`    ${count} × ${message}`);
  }
  await postgres.stop();
}

if (process.argv[1] === import.meta.filename) {
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1)); // Which cleans up.
  await main();
}
