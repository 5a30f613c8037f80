/** What the log in LMDB does, each work beside what it is measured by; rates in events a second, times in milliseconds. */
import { execFile } from 'node:child_process';
import { open as openFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EventLog } from '../../dist/runtime/event-log/event-log.js';
import { LmdbStore } from '../../dist/runtime/stores/lmdb/lmdb.store.js';
import { commitOf, lineOf } from './events.mjs';

export const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

const BATCH = 500;

async function rateOf(events, work) {
  const began = performance.now();
  await work();
  return (events / (performance.now() - began)) * 1000;
}

/** Commits of 500 one after the other, each flushed: by the store, and by a file that the same events are written to as JSON. */
export async function commitsBesideFile(folder, { commits, rounds }) {
  const store = LmdbStore.open(join(folder, 'batches'));
  const file = await openFile(join(folder, 'raw'), 'w');
  let number = 0;
  const results = [];
  for (let round = 0; round < rounds; round += 1) {
    const asked = Array.from({ length: commits }, (_, index) => commitOf(number + index, BATCH));
    number += commits;
    const ours = await rateOf(commits * BATCH, async () => {
      for (const commit of asked) await store.append(commit);
    });
    const textOf = ({ events }) => `${events.map(lineOf).join('\n')}\n`;
    const raw = await rateOf(commits * BATCH, async () => {
      for (const commit of asked) {
        await file.write(textOf(commit));
        await file.datasync();
      }
    });
    const bytes = asked.map((commit) => Buffer.from(textOf(commit)));
    const ready = await rateOf(commits * BATCH, async () => {
      for (const each of bytes) {
        await file.write(each);
        await file.datasync();
      }
    });
    results.push({ ours, raw, ready });
  }
  await file.close();
  await store.close();
  return {
    ours: median(results.map(({ ours }) => ours)),
    raw: median(results.map(({ raw }) => raw)),
    ratio: median(results.map(({ ours, raw }) => ours / raw)),
    ready: median(results.map(({ ours, ready }) => ours / ready)),
  };
}

/** Commits of one event, so many in flight for so long, after a second to warm up. */
export async function singleAppends(store, { seconds, inFlight }) {
  await appendSingly(store, { seconds: 1, inFlight });
  return appendSingly(store, { seconds, inFlight });
}

async function appendSingly(store, { seconds, inFlight }) {
  const until = performance.now() + seconds * 1000;
  const run = process.hrtime.bigint().toString(36);
  let count = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (performance.now() < until) {
        count += 1;
        await store.append({ ...commitOf(count, 1), id: `${run}/${count}` });
      }
    }),
  );
  return (count / (performance.now() - began)) * 1000;
}

/** A log in commits of 500, read from the first event to the last, beside parsing its events from their lines; then followed. */
export async function readsBesideParsing(folder, { commits, rounds }) {
  const store = LmdbStore.open(join(folder, 'reads'));
  for (let number = 0; number < commits; number += 1) await store.append(commitOf(number, BATCH));
  const total = commits * BATCH;
  const lines = Array.from({ length: commits }, (_, number) =>
    commitOf(number, BATCH).events.map(lineOf),
  ).flat();
  const results = [];
  for (let round = 0; round < rounds; round += 1) {
    const parsing = await rateOf(total, () => {
      for (const line of lines)
        if (JSON.parse(line).revision !== 1) throw new Error('not the event that was written');
    });
    const reading = await rateOf(total, async () => {
      let count = 0;
      for await (const page of store.read([{}], {})) count += page.length;
      if (count !== total) throw new Error(`read ${count} events of ${total}`);
    });
    const following = await rateOf(total, async () => {
      let count = 0;
      for await (const { events } of new EventLog(store).followPages())
        if ((count += events.length) === total) break;
    });
    results.push({ parsing, reading, following });
  }
  await store.close();
  return {
    reading: median(results.map(({ reading }) => reading)),
    parsing: median(results.map(({ parsing }) => parsing)),
    ratio: median(results.map(({ reading, parsing }) => reading / parsing)),
    following: median(results.map(({ following }) => following)),
  };
}

/** Writes and reads a log of so many events in a process of its own, and tells what that took of memory, in MiB. */
export async function memoryOf(folder, events) {
  const { stdout } = await promisify(execFile)(process.execPath, [
    join(import.meta.dirname, 'memory.mjs'),
    join(folder, 'large'),
    String(events),
  ]);
  return JSON.parse(stdout);
}

/** Appends under a condition, in turns to a small log and to the large one that `memoryOf` left: the median time of each. */
export async function conditions(folder, { small, times }) {
  const large = LmdbStore.open(join(folder, 'large'));
  const little = LmdbStore.open(join(folder, 'small'));
  for (let number = 0; number < small / BATCH; number += 1) await little.append(commitOf(number, BATCH));
  const works = {
    // Nobody has this tag.
    'that nothing ever met': () => [{ types: ['payment.received'], tags: ['account:none'] }],
    // Many have each of them, and nobody both.
    'over two tags': (index) => [
      { tags: [`account:${100_000 + (index % 20)}`, `account:${100_001 + (index % 20)}`] },
    ],
  };
  const results = {};
  for (const [name, queryOf] of Object.entries(works)) {
    const taken = { little: [], large: [] };
    for (let index = 0; index < times; index += 1) {
      for (const [which, store] of Object.entries({ little, large })) {
        const commit = { ...commitOf(index, 1), id: `${name}/${index}` };
        // Untagged, so that what is appended here breaks no condition.
        const events = commit.events.map((event) => ({ ...event, tags: [] }));
        const condition = { query: queryOf(index), after: 0 };
        const began = performance.now();
        await store.append({
          ...commit,
          id: `${name}/${index}`,
          condition,
          events: [{ ...events[0], tags: [] }],
        });
        taken[which].push(performance.now() - began);
      }
    }
    results[name] = { little: median(taken.little), large: median(taken.large) };
  }
  await large.close();
  await little.close();
  return results;
}
