/** A writer of a log that stops in the middle of a transaction (SIGSTOP), and ends once it goes on. */
import { writeSync } from 'node:fs';
import { open } from 'lmdb';
import { built } from './built.mjs';

const [folder] = process.argv.slice(2);
const { LmdbStore } = await built('runtime/stores/lmdb/lmdb.store.js');

const store = LmdbStore.open(folder, { leaseMs: 1_000 });
// lmdb has one environment for a folder in a process.
const root = open({ path: folder, noSubdir: false, maxDbs: 8, overlappingSync: false });
root.transactionSync(() => {
  writeSync(1, 'stopping');
  process.kill(process.pid, 'SIGSTOP');
});
await store.close();
process.exit(0);
