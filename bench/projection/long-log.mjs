/** One long log in a folder of its own, made once for every row that wants it; gone when the process ends. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { numberRecorded, numberRetracted } from '../domain/numbers.mjs';
import { EventLog } from '../../dist/runtime/event-log/event-log.js';
import { LmdbStore } from '../../dist/runtime/stores/lmdb/lmdb.store.js';
import { numberEvents } from './numbers.mjs';

export const EVENTS = Number(process.env.BENCH_EVENTS ?? 10_000_000);
/** So many events a commit: the fewer, the longer a fold takes. */
const COMMIT = Number(process.env.BENCH_COMMIT ?? 10);
/** The same events again and again, so that they fit into memory; none of them reaches into another stretch. */
const STRETCH = 100_000;
/** Commits that are asked for before the first of them is waited for. */
const TOGETHER = 2000;

let made;

/** @returns the folder of all data, in which `log` is the log */
export function longLog() {
  made ??= make();
  return made;
}

/** The log in a folder, with the contracts of the numbers. */
export function openLog(folder) {
  const log = new EventLog(LmdbStore.open(join(folder, 'log')));
  log.contracts.register([numberRecorded, numberRetracted]);
  return log;
}

async function make() {
  const folder = mkdtempSync(join(tmpdir(), 'leftfold-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const log = openLog(folder);
  const stretch = numberEvents(STRETCH).map(({ type, data }) => ({ type, data }));
  const began = performance.now();
  for (let done = 0; done < EVENTS;) {
    const waiting = [];
    while (waiting.length < TOGETHER && done < EVENTS) {
      const from = done % STRETCH;
      const events = stretch.slice(from, Math.min(from + COMMIT, from + EVENTS - done, STRETCH));
      waiting.push(log.append(events));
      done += events.length;
    }
    await Promise.all(waiting);
  }
  await log.close();
  const seconds = (performance.now() - began) / 1000;
  console.error(`made a log of ${EVENTS.toLocaleString('en')} events in ${seconds.toFixed(0)} s`);
  return folder;
}
