/** How long after an append was acknowledged the state holds it, in milliseconds. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createActor } from 'xstate';
import { numberRecorded } from '../domain/numbers.mjs';
import { sum } from '../domain/sum.mjs';
import { EventLog } from '../../dist/runtime/event-log/event-log.js';
import { LmdbStore } from '../../dist/runtime/stores/lmdb/lmdb.store.js';
import { Projection } from '../../dist/runtime/projection/projection.js';
import { NoSnapshots } from '../../dist/runtime/projection/snapshots/snapshot-store.js';
import { skipContracts } from '../../dist/runtime/projection/skipping.js';
import { Snapshots } from '../../dist/runtime/projection/snapshots/snapshots.js';
import { median } from '../rates.mjs';
import { after, at99, paced } from './paced.mjs';

const RATE = 5_000;
const IN_FLIGHT = 64;
const APPENDS = 64_000;

function follow(log) {
  const ignore = () => undefined;
  const observer = { saved: ignore, unreadable: ignore, failed: ignore };
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

/** Appends one and waits for its state; how long that took from when it was acknowledged. */
async function appendAndAsk(log, projection) {
  const { last } = await log.append([numberRecorded.create({ value: '1' })]);
  const acknowledged = performance.now();
  await projection.reached(last, new globalThis.AbortController().signal);
  return performance.now() - acknowledged;
}

/** Each as soon as the one before it is in the state, 64 at a time: as much as one process takes. */
async function asFastAsItGoes(log, projection) {
  const taken = [];
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      for (let count = 0; count < APPENDS / IN_FLIGHT; count += 1)
        taken.push(await appendAndAsk(log, projection));
    }),
  );
  return taken.sort((one, other) => one - other);
}

export async function measure({ rounds, seconds }) {
  const folder = mkdtempSync(join(tmpdir(), 'leftfold-bench-'));
  const log = new EventLog(LmdbStore.open(folder));
  log.contracts.register([...sum.consumes, ...skipContracts]);
  const projection = follow(log);
  try {
    const p99 = [];
    const steadily = () => paced({ rate: RATE, isOver: after(seconds) }, () => appendAndAsk(log, projection));
    await steadily(); // warm up
    for (let round = 0; round < rounds; round += 1)
      p99.push({ steady: at99(await steadily()), full: at99(await asFastAsItGoes(log, projection)) });
    const middle = (figure) => `${median(p99.map(figure)).toFixed(2)} ms`;
    return {
      work: 'an append acknowledged → its state queryable, p99',
      ours:
        `${middle(({ steady }) => steady)} at ${RATE.toLocaleString('en')} appends/s, ` +
        `${middle(({ full }) => full)} with ${IN_FLIGHT} in flight and as many as it takes`,
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
