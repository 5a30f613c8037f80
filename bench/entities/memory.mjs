/**
 * What the memory of a process does while it folds more and more entities into SQLite, each once: it is not to grow with their number.
 *
 *   nest build && node bench/entities/memory.mjs                  at 100,000 and at 1,000,000 entities
 *   BENCH_KEYS=10000,100000 node bench/entities/memory.mjs        at other numbers
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventLog, MemoryStore } from '../../dist/runtime/index.js';
import { EntityPlace } from '../../dist/runtime/projection/entities/entity-place.js';
import { SqliteDatabases } from '../../dist/runtime/projection/entities/sqlite/sqlite-databases.js';
import { accounts, deposited } from './accounts.mjs';

const SIZES = (process.env.BENCH_KEYS ?? '100000,1000000').split(',').map(Number);
const PAGE_EVENTS = 1000;

const folder = mkdtempSync(join(tmpdir(), 'leftfold-memory-'));
const log = new EventLog(new MemoryStore());
log.contracts.register([deposited]);
const place = new EntityPlace(new SqliteDatabases(folder));
const folding = await place.create(accounts, log, new Set(), true);

const anonymousMebibytes = () => {
  const [, kibibytes] = /^RssAnon:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Math.round(Number(kibibytes) / 1024);
};
const event = (position) => ({
  position,
  type: 'account.deposited',
  revision: 1,
  tags: [],
  data: { account: `a${position}`, cents: position },
  time: '2026-01-31T12:00:00.000Z',
  commit: 'c',
  metadata: {},
});

console.log('| entities | resident, not of files | heap in use | a second |\n| ---: | ---: | ---: | ---: |');
let position = 0;
let began = performance.now();
let before = 0;
for (const size of SIZES) {
  let peak = 0;
  while (position < size) {
    const first = position + 1;
    position = Math.min(position + PAGE_EVENTS, size);
    const events = Array.from({ length: position - first + 1 }, (_, index) => event(first + index));
    await folding.take({ events, through: position });
    if (folding.isFull || position === size) await place.write(folding, log);
    peak = Math.max(peak, anonymousMebibytes());
  }
  const rate = Math.round(((size - before) / (performance.now() - began)) * 1000);
  globalThis.gc?.();
  const heap = Math.round(process.memoryUsage().heapUsed / 1024 / 1024);
  console.log(
    `| ${size.toLocaleString('en')} | ${peak} MiB at most | ${heap} MiB | ${rate.toLocaleString('en')} |`,
  );
  [before, began] = [size, performance.now()];
}
await folding.database.close();
rmSync(folder, { recursive: true, force: true });
