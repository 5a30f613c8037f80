/**
 * What the check of every page costs when a log in LMDB is opened: `node bench/page-check.mjs EVENTS [COMMIT_SIZE]`, after
 * `npx nest build`. The file is in the page cache; a cold one must be read from the disk first.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { LmdbReader } from '../dist/runtime/stores/lmdb/lmdb.reader.js';
import { LmdbStore } from '../dist/runtime/stores/lmdb/lmdb.store.js';
import { checkFile } from '../dist/runtime/stores/lmdb/file-check.js';
import { FoundIndexes } from '../dist/runtime/stores/lmdb/index-sum.js';
import { TABLES } from '../dist/runtime/stores/lmdb/lmdb-files.js';
import { commitOf } from './log/events.mjs';

const [events, size] = [Number(process.argv[2] ?? 1_000_000), Number(process.argv[3] ?? 500)];
const IN_FLIGHT = 256;
const ROUNDS = 3;

const folder = mkdtempSync(join(tmpdir(), 'leftfold-page-check-'));
const file = join(folder, 'data.mdb');

async function write() {
  const store = LmdbStore.open(folder);
  for (let number = 0; number < events / size;) {
    const commits = [];
    for (let taken = 0; taken < IN_FLIGHT && number < events / size; taken += 1, number += 1)
      commits.push(store.append(commitOf(number, size)));
    await Promise.all(commits);
  }
  await store.close();
}

/** The shortest of three, in seconds. */
async function secondsOf(work) {
  let least = Infinity;
  for (let round = 0; round < ROUNDS; round += 1) {
    const began = performance.now();
    await work();
    least = Math.min(least, (performance.now() - began) / 1000);
  }
  return least;
}

try {
  await write();
  const bytes = statSync(file).size;
  const pages = await secondsOf(() => {
    checkFile(file, TABLES, new FoundIndexes());
  });
  const opened = await secondsOf(() => LmdbReader.open(folder).close());
  const stored = await secondsOf(() => LmdbStore.open(folder).close());
  const [{ model }] = cpus();
  process.stdout.write(
    `${events} events in commits of ${size}, ${(bytes / 2 ** 20).toFixed(0)} MiB; ${model}\n` +
      `every page checked: ${pages.toFixed(2)} s (${(bytes / 2 ** 20 / pages).toFixed(0)} MiB/s)\n` +
      `opened for reading, and closed: ${opened.toFixed(2)} s\n` +
      `opened by a writer, and closed in good order: ${stored.toFixed(2)} s\n`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
