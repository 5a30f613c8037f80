/** A process that writes the log: deposits over so many accounts, in commits of 1,000. */
import { EventLog } from '../../dist/runtime/index.js';
import { skipContracts } from '../../dist/runtime/projection/skipping.js';
import { LmdbStore } from '../../dist/runtime/stores/lmdb/index.js';
import { deposited } from '../entities/accounts.mjs';
import { depositOf, eventsOver } from './deposits.mjs';

const [folder, keys, order] = process.argv.slice(2);
const COMMIT_EVENTS = 1000;

const events = eventsOver(Number(keys));
const log = new EventLog(await LmdbStore.open(folder));
log.contracts.register([deposited, ...skipContracts]);
for (let first = 0; first < events; first += COMMIT_EVENTS) {
  const count = Math.min(COMMIT_EVENTS, events - first);
  await log.append(
    Array.from({ length: count }, (_, index) =>
      deposited.create(depositOf(first + index, Number(keys), order)),
    ),
  );
}
await log.close();
