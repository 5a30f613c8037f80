/**
 * A process of its own, with little memory: writers append as fast as they can, one follower keeps up, and one takes a
 * page and then nothing until the writers are done. Tells what each of them saw.
 */
import { built } from './built.mjs';
import { z } from 'zod';

const { EventLog } = await built('runtime/event-log/event-log.js');
const { LmdbStore } = await built('runtime/stores/lmdb/lmdb.store.js');
const { defineEvent } = await built('runtime/event-log/contracts/event-contract.js');

const [folder, commits] = process.argv.slice(2);
const COMMITS = Number(commits);
const EVENTS = 1_000;

const noted = defineEvent({ type: 'note.taken', schema: z.strictObject({ text: z.string() }) });
const log = new EventLog(LmdbStore.open(folder));
log.contracts.register([noted]);

const text = (position) => `${position} `.padEnd(200, '·');
const total = COMMITS * EVENTS;

async function follow(onPage) {
  let next = 1;
  for await (const { events } of log.followPages()) {
    for (const { position, data } of events) {
      if (position !== next || data.text !== text(position))
        throw new Error(`${position} where ${next} was due`);
      next += 1;
    }
    await onPage(next - 1);
    if (next > total) return next - 1;
  }
  throw new Error('the following ended early');
}

let written;
const isWritten = new Promise((resolve) => (written = resolve));
let slowAtEnd = 0;
let quickAtEnd = 0;
const quick = follow((position) => {
  quickAtEnd = position;
});
const slow = follow(async (position) => {
  slowAtEnd = position;
  await isWritten;
});

for (let commit = 0; commit < COMMITS; commit += 1) {
  const first = commit * EVENTS + 1;
  await log.append(Array.from({ length: EVENTS }, (_, index) => noted.create({ text: text(first + index) })));
}
const seenWhileWriting = { quick: quickAtEnd, slow: slowAtEnd };
written();
const seen = { quick: await quick, slow: await slow };
await log.close();
process.stdout.write(JSON.stringify({ total, seenWhileWriting, seen }));
