/**
 * A process that writes a log of many events, reads it completely, and reports its peak memory: its
 * own, and with the mapped pages of the data file, which the kernel can reclaim.
 */
import { readFileSync } from 'node:fs';
import { clearInterval, setInterval } from 'node:timers';
import { LmdbStore } from '../../dist/runtime/stores/lmdb/lmdb.store.js';
import { commitOf } from './events.mjs';

const [folder, total] = process.argv.slice(2);
const EVENTS = 500;
const IN_FLIGHT = 8;
const EVERY = 50;

let own = 0;
let resident = 0;
function look() {
  const status = readFileSync('/proc/self/status', 'utf8');
  const mebibytes = (name) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
  own = Math.max(own, mebibytes('RssAnon'));
  resident = Math.max(resident, mebibytes('VmRSS'));
}
const looking = setInterval(look, EVERY);

const store = LmdbStore.open(folder);
let next = 0;
const commits = Number(total) / EVENTS;
await Promise.all(
  Array.from({ length: IN_FLIGHT }, async () => {
    while (next < commits) {
      const number = next;
      next += 1;
      await store.append(commitOf(number, EVENTS));
    }
  }),
);
look();
const written = { own, resident };
let events = 0;
for await (const page of store.read([{}], {})) events += page.length;
look();
clearInterval(looking);
await store.close();
process.stdout.write(JSON.stringify({ events, written, read: { own, resident } }));
