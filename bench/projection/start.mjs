/** How long a server takes until it is ready with a long log and its snapshots, beside one with an empty log. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from '../rates.mjs';
import { EVENTS, longLog } from './long-log.mjs';
import { start } from './served.mjs';

async function startOf(folder) {
  const server = await start(folder);
  await server.stop();
  return server.milliseconds;
}

export async function measure({ rounds }) {
  const full = await longLog();
  const empty = mkdtempSync(join(tmpdir(), 'leftfold-bench-'));
  try {
    await startOf(full); // it has a snapshot from then on
    await startOf(empty);
    const results = [];
    for (let round = 0; round < rounds; round += 1) {
      const beside = await startOf(empty);
      results.push({ ours: await startOf(full), beside });
    }
    const of = (figure) => median(results.map(figure));
    return {
      work: `start with ${EVENTS.toLocaleString('en')} events and a snapshot`,
      ours: `${of(({ ours }) => ours).toFixed(0)} ms`,
      beside: `${of(({ beside }) => beside).toFixed(0)} ms with an empty log`,
      ratio: `${of(({ ours, beside }) => ours / beside).toFixed(2)} ×`,
      reach: '1.5 ×',
    };
  } finally {
    rmSync(empty, { recursive: true, force: true });
  }
}
