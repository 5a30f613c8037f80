/**
 * Appends to a log in a folder, a few at a time, while others follow it, and prints how much the old generation of the heap
 * grew by that, in bytes for each append. To be run with `--expose-gc`, and with a heap that is let grow.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { getHeapSpaceStatistics } from 'node:v8';
import { built, builtApp } from './built.mjs';

const { EventLog } = await built('runtime/event-log/event-log.js');
const { LmdbStore } = await built('runtime/stores/lmdb/lmdb.store.js');
const { entryRecorded } = await builtApp('entries.events.js');

const FOLLOWERS = 3;
const TOGETHER = 5;

const [folder, times] = process.argv.slice(2);
const log = new EventLog(LmdbStore.open(folder));
log.contracts.register([entryRecorded]);
let seen = 0;
for (let index = 0; index < FOLLOWERS; index += 1) {
  log.follow().subscribe((events) => {
    seen += events.length;
  });
}

async function append() {
  for (let done = 0; done < Number(times); done += TOGETHER) {
    await Promise.all(
      Array.from({ length: TOGETHER }, () => log.append([entryRecorded.create({ value: '1' })])),
    );
  }
}

const oldGeneration = () =>
  getHeapSpaceStatistics().find(({ space_name: name }) => name === 'old_space').space_used_size;

await append(); // until everything is compiled
globalThis.gc(); // makes old what lives, and what is written just now
const before = oldGeneration();
await append();
const grown = (oldGeneration() - before) / Number(times);
while (seen < FOLLOWERS * (await log.head())) await nextTurn();
await log.close();
process.stdout.write(JSON.stringify({ grown, seen }));
