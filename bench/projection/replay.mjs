/** How fast a log in LMDB becomes a state: beside the same log read and dropped, and beside emmett's `aggregateStream`. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { numberRecorded, numberRetracted } from '../domain/numbers.mjs';
import { product, productIn } from '../domain/product.mjs';
import { EventLog } from '../../dist/runtime/event-log/event-log.js';
import { LmdbStore } from '../../dist/runtime/stores/lmdb/lmdb.store.js';
import { Folding } from '../../dist/runtime/projection/folding.js';
import { numberEvents } from './numbers.mjs';

const EVENTS = Number(process.env.BENCH_REPLAYED ?? 500_000);
const BATCH = 500;
/** A stream that a peer aggregates: as many events as it can be expected to have. */
const STREAM = 10_000;
const PEERS = join(import.meta.dirname, '..', 'peers');

const rate = async (events, work) => {
  const began = performance.now();
  await work();
  return (events / (performance.now() - began)) * 1000;
};

const bare = ({ type, data }) => ({ type, data });

async function logOf(folder, events) {
  const log = new EventLog(LmdbStore.open(folder));
  log.contracts.register([numberRecorded, numberRetracted]);
  for (let start = 0; start < events.length; start += BATCH) {
    await log.append(events.slice(start, start + BATCH).map(bare));
  }
  return log;
}

async function readAndDrop(log) {
  let count = 0;
  for await (const page of log.read()) count += page.length;
  if (count !== EVENTS) throw new Error(`read ${count} events of ${EVENTS}`);
}

async function replayed(log) {
  const folding = new Folding(product.fold);
  for await (const events of log.read()) folding.take({ events, through: events.at(-1).position });
  if (folding.position !== EVENTS) throw new Error(`folded up to ${folding.position} of ${EVENTS}`);
  return folding.state;
}

export async function measure({ rounds }) {
  const folder = mkdtempSync(join(tmpdir(), 'leftfold-bench-'));
  const log = await logOf(join(folder, 'log'), numberEvents(EVENTS));
  try {
    await replayed(log); // warm up
    const results = [];
    for (let round = 0; round < rounds; round += 1) {
      results.push({
        beside: await rate(EVENTS, () => readAndDrop(log)),
        ours: await rate(EVENTS, () => replayed(log)),
      });
    }
    return {
      work: `${EVENTS.toLocaleString('en')} events replayed from LMDB to the product's state`,
      results,
      beside: 'the same log read and dropped',
      reach: 0.6,
    };
  } finally {
    await log.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The same fold by emmett, from a stream in SQLite; undefined where the peers are not installed. */
export async function measureBesidePeer({ rounds }) {
  if (!existsSync(join(PEERS, 'node_modules'))) {
    console.error('bench/peers is not installed, so there is nothing beside: npm ci --prefix bench/peers\n');
    return undefined;
  }
  const folder = mkdtempSync(join(tmpdir(), 'leftfold-bench-'));
  const events = numberEvents(EVENTS);
  const log = await logOf(join(folder, 'log'), events);
  const peer = fork(join(PEERS, 'aggregate.mjs'), [JSON.stringify({ folder, stream: STREAM, batch: BATCH })]);
  const gone = once(peer, 'exit').then(([code]) => {
    throw new Error(`the peer ended with ${code}`);
  });
  gone.catch(() => undefined); // in the end it is meant to go
  const answer = async () => (await Promise.race([once(peer, 'message'), gone]))[0];
  const aggregated = async () => {
    peer.send('again');
    const { rate: peersRate, product: peersProduct } = await answer();
    if (peersProduct !== expected) throw new Error('emmett and the fold have come to different products');
    return peersRate;
  };
  const folding = new Folding(product.fold);
  folding.take({ events: events.slice(0, STREAM), through: STREAM });
  const expected = String(productIn(folding.state.context));
  try {
    await answer(); // It is ready.
    // Warm up
    await aggregated();
    await replayed(log);
    const results = [];
    for (let round = 0; round < rounds; round += 1) {
      results.push({ beside: await aggregated(), ours: await rate(EVENTS, () => replayed(log)) });
    }
    return {
      work: 'events read and folded to a state',
      results,
      beside: `emmett-sqlite's \`aggregateStream\` of ${STREAM.toLocaleString('en')} events, by the same fold`,
      reach: 10,
    };
  } finally {
    peer.kill();
    await log.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
