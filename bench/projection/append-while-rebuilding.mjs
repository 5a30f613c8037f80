/** How long an append takes, at 5,000 a second, while a projection is rebuilt, beside the same load without a rebuild. */
import '../../dist/apps/process-flags.js'; // as the server does
import 'reflect-metadata';
import { execFileSync } from 'node:child_process';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../../dist/apps/app-definition.js';
import { monolith } from '../../dist/apps/monolith/monolith.module.js';
import { readSettings } from '../../dist/apps/settings.js';
import { numberRecorded } from '../domain/numbers.mjs';
import { openStore } from '../../dist/apps/open-store.js';
import { EventLog } from '../../dist/runtime/event-log/event-log.js';
import { ProjectionHost } from '../../dist/runtime/projection/projection-host.js';
import { Operations } from '../../dist/runtime/projection/operations/operations.js';
import { parts } from '../domain/contexts.mjs';
import { EVENTS, longLog } from './long-log.mjs';
import { after, at99, paced } from './paced.mjs';

const RATE = 5_000;

const one = () => numberRecorded.create({ value: '1' });

/** Appends, each by itself; the 99th percentile of how long they took, in milliseconds. */
async function load(log, isOver) {
  const append = async () => {
    const at = performance.now();
    await log.append([one()]);
    return performance.now() - at;
  };
  return at99(await paced({ rate: RATE, isOver }, append));
}

/** The same load, from the request of one rebuild to its end. */
async function loadWhileRebuilding(log, operations, projection) {
  const began = performance.now();
  const rebuild = operations.rebuild(projection);
  const latency = await load(log, () => rebuild.hasEnded);
  if (rebuild.status.status !== 'done') throw new Error(`no rebuild: ${rebuild.status.reason}`);
  return { latency, seconds: (performance.now() - began) / 1000 };
}

export async function measure({ rounds }) {
  const settings = readSettings({ LEFTFOLD_DATA: await longLog(), LEFTFOLD_AUDIT_MINUTES: '0' });
  const module = AppModule.over(await openStore(settings), settings, monolith(settings, parts));
  const app = await NestFactory.createApplicationContext(module, { logger: false });
  try {
    const [log, operations] = [app.get(EventLog), app.get(Operations)];
    const host = app.get(ProjectionHost);
    const sum = host.find('sum');
    await Promise.all(host.projections.map((each) => each.settled));
    execFileSync('sync'); // The start has written snapshots without a flush; the system would write them out meanwhile.
    await load(log, after(1)); // warm up
    const results = [];
    for (let round = 0; round < rounds; round += 1) {
      const { latency: ours, seconds } = await loadWhileRebuilding(log, operations, sum);
      results.push({ ours, beside: await load(log, after(seconds)) });
    }
    return {
      work: `p99 of an append at ${RATE.toLocaleString('en')}/s, while a projection of ${EVENTS.toLocaleString('en')} is rebuilt`,
      results,
      beside: 'without a rebuild',
      reach: 'at most 1.5',
      shown: (milliseconds) => `${milliseconds.toFixed(1)} ms`,
    };
  } finally {
    await app.close();
  }
}
