/** How long an append takes, at 5,000 a second, while a projection is rebuilt, beside the same load without a rebuild. */
import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import { MonolithModule } from '../../dist/apps/monolith/monolith.module.js';
import { readConfig } from '../../dist/config.js';
import { numberRecorded } from '../../dist/contexts/numbers/numbers.events.js';
import { openStore } from '../../dist/open-store.js';
import { EventLog } from '../../dist/runtime/event-log/event-log.js';
import { ProjectionHost } from '../../dist/runtime/projection/projection-host.js';
import { Upkeep } from '../../dist/runtime/projection/upkeep.js';
import { at99, paced } from './paced.mjs';

const RATE = 5_000;
/** A history that takes longer to fold than a round lasts. */
const HISTORY = 1_000_000;
const COMMIT = 10_000;

const one = () => numberRecorded.create({ value: '1' });

/** Appends, each by itself; the 99th percentile of how long they took, in milliseconds. */
async function load(log, seconds) {
  const append = async () => {
    const at = performance.now();
    await log.append([one()]);
    return performance.now() - at;
  };
  return at99(await paced({ rate: RATE, seconds }, append));
}

/** The same, with one rebuild after the other. */
async function loadWhileRebuilding(log, upkeep, projection, seconds) {
  let isOver = false;
  const rebuilding = (async () => {
    while (!isOver) {
      const rebuild = upkeep.rebuild(projection);
      await rebuild.ended;
      if (rebuild.standing.status !== 'done') throw new Error(`no rebuild: ${rebuild.standing.reason}`);
    }
  })();
  const latency = await load(log, seconds);
  isOver = true;
  await rebuilding;
  return latency;
}

export async function measure({ rounds, seconds: each }) {
  const seconds = each * 3; // so that a single hiccup is not the 99th percentile
  const data = mkdtempSync(join(tmpdir(), 'leftfold-bench-'));
  const config = readConfig({ LEFTFOLD_DATA: data, LEFTFOLD_AUDIT_MINUTES: '0' });
  const module = MonolithModule.over(await openStore(config), config);
  const app = await NestFactory.createApplicationContext(module, { logger: false });
  try {
    const [log, upkeep] = [app.get(EventLog), app.get(Upkeep)];
    const sum = app.get(ProjectionHost).find('sum');
    for (let events = 0; events < HISTORY; events += COMMIT)
      await log.append(Array.from({ length: COMMIT }, one));
    while (sum.position < HISTORY) await pause(10);
    await load(log, 1); // warm up
    const results = [];
    for (let round = 0; round < rounds; round += 1) {
      const beside = await load(log, seconds);
      results.push({ beside, ours: await loadWhileRebuilding(log, upkeep, sum, seconds) });
    }
    return {
      work: `p99 of an append at ${RATE.toLocaleString('en')}/s, while a projection is rebuilt`,
      results,
      beside: 'without a rebuild',
      reach: 'at most 1.5',
      shown: (milliseconds) => `${milliseconds.toFixed(1)} ms`,
    };
  } finally {
    await app.close();
    rmSync(data, { recursive: true });
  }
}
