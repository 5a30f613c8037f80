/** A process that writes the log: deposits over so many accounts, in commits of 1,000. */
import { EventLog } from '../../dist/runtime/index.js';
import { skipContracts } from '../../dist/runtime/projection/skipping.js';
import { LmdbStore } from '../../dist/runtime/stores/lmdb/index.js';
import { deposited, depositsFrom } from '../entities/accounts.mjs';

const [folder, events, keys] = process.argv.slice(2);
const COMMIT_EVENTS = 1000;

const log = new EventLog(await LmdbStore.open(folder));
log.contracts.register([deposited, ...skipContracts]);
for (let first = 0; first < Number(events); first += COMMIT_EVENTS) {
  await log.append(depositsFrom(first, Math.min(COMMIT_EVENTS, Number(events) - first), Number(keys)));
}
await log.close();
