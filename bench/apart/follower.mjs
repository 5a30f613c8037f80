/** A process that folds the sum from a log server, and says when it had folded each position. */
import { RemoteStore } from '../../dist/runtime/stores/remote/remote.store.js';
import { EventLog } from '../../dist/runtime/event-log/event-log.js';
import { Folding } from '../../dist/runtime/projection/folding.js';
import { sum } from '../domain/sum.mjs';

const log = new EventLog(await RemoteStore.open({ url: new URL(process.argv[2]) }));
log.contracts.register(sum.consumes);
const folding = new Folding(sum.fold);
/** By position, in nanoseconds of the clock that all processes of a machine share. */
const foldedAt = [];
process.on('message', () => process.send(foldedAt.splice(0)));
process.send('ready');
for await (const page of log.followPages([{ types: sum.consumes.map(({ type }) => type) }])) {
  const before = folding.position;
  folding.take(page);
  const now = Number(process.hrtime.bigint());
  for (let at = before + 1; at <= folding.position; at += 1) foldedAt.push([at, now]);
}
