/** emmett's projections beside entity projections: the same fold, of fewer events, in a process of its own (`bench/peers/projections.mjs`). */
import { fork } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PEERS = join(import.meta.dirname, '..', 'peers');
/** More than it takes on a busy machine. */
const PATIENCE_MS = 600_000;

export function hasEmmett() {
  if (existsSync(join(PEERS, 'node_modules'))) return true;
  console.error('bench/peers is not installed, so emmett is not measured: npm ci --prefix bench/peers\n');
  return false;
}

/** @param peer `sqlite` or `postgresql` @returns events a second, once all of them are folded */
export async function foldByEmmett(peer, { postgresUrl, events, keys }) {
  const folder = mkdtempSync(join(tmpdir(), 'leftfold-emmett-'));
  try {
    const child = fork(
      join(PEERS, 'projections.mjs'),
      [JSON.stringify({ peer, folder, postgresUrl, events, keys })],
      { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], timeout: PATIENCE_MS },
    );
    const { rate, folded } = await new Promise((resolve, reject) => {
      child.once('message', resolve);
      child.once('exit', (code, signal) =>
        reject(new Error(`emmett (${peer}) ended with ${code ?? signal}`)),
      );
    });
    if (folded !== events) throw new Error(`emmett (${peer}) has folded ${folded} events of ${events}`);
    return rate;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
