/** How long after an append was acknowledged the state holds it, in milliseconds. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createActor } from 'xstate';
import { numberRecorded } from '../../dist/contexts/numbers/numbers.events.js';
import { sum } from '../../dist/contexts/sum/sum.projection.js';
import { EventLog } from '../../dist/runtime/event-log/event-log.js';
import { LmdbStore } from '../../dist/runtime/event-log/stores/lmdb/lmdb.store.js';
import { Projection } from '../../dist/runtime/projection/projection.js';
import { median } from '../rates.mjs';
import { NoSnapshots } from '../../dist/runtime/projection/snapshot-store.js';
import { eventSkipped } from '../../dist/runtime/projection/skipping.js';
import { Snapshots } from '../../dist/runtime/projection/snapshots.js';

const APPENDS = 5_000;

function follow(log) {
  const ignore = () => undefined;
  const observer = { taken: ignore, unreadable: ignore, failed: ignore };
  const snapshots = new Snapshots(new NoSnapshots(), { every: 1_000 }, log, () => sum.fingerprint, observer);
  const projection = new Projection(sum, log, snapshots, {
    recovered: ignore,
    resumed: ignore,
    faulted: ignore,
  });
  const actor = createActor(projection.lifecycle());
  projection.runsAs(actor);
  actor.start();
  return projection;
}

/** Appends one after the other, so many at a time, with a pause in between. */
async function latencies(log, projection, { inFlight, wait }) {
  const taken = [];
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      for (let count = 0; count < APPENDS / inFlight; count += 1) {
        const { last } = await log.append([numberRecorded.create({ value: '1' })]);
        const acknowledged = performance.now();
        await projection.reached(last, new globalThis.AbortController().signal);
        taken.push(performance.now() - acknowledged);
        if (wait > 0) await pause(wait);
      }
    }),
  );
  return taken.sort((one, other) => one - other);
}

export async function measure({ rounds }) {
  const folder = mkdtempSync(join(tmpdir(), 'leftfold-bench-'));
  const log = new EventLog(LmdbStore.open(folder));
  log.contracts.register([...sum.consumes, eventSkipped]);
  const projection = follow(log);
  try {
    const p99 = [];
    const loads = [
      { inFlight: 8, wait: 1 },
      { inFlight: 64, wait: 0 },
    ];
    await latencies(log, projection, loads[0]); // warm up
    for (let round = 0; round < rounds; round += 1) {
      const [calm, busy] = [
        await latencies(log, projection, loads[0]),
        await latencies(log, projection, loads[1]),
      ];
      const at99 = (sorted) => sorted[Math.floor(sorted.length * 0.99)];
      p99.push({ calm: at99(calm), busy: at99(busy) });
    }
    const middle = (figure) => `${median(p99.map(figure)).toFixed(2)} ms`;
    return {
      work: 'an append acknowledged → its state queryable, p99',
      ours: `${middle(({ calm }) => calm)} with 8 in flight and pauses, ${middle(({ busy }) => busy)} with 64 in flight`,
      beside: '',
      ratio: '',
      reach: 'under 2 ms',
    };
  } finally {
    await projection.stop();
    await log.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
