/** How fast a log in LMDB becomes a state: beside the same log read and dropped, and beside emmett's `aggregateStream`. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { numberRecorded, numberRetracted } from '../../dist/contexts/numbers/numbers.events.js';
import { product } from '../../dist/contexts/product/product.projection.js';
import { productIn, productMachine } from '../../dist/contexts/product/product.machine.js';
import { EventLog } from '../../dist/runtime/event-log/event-log.js';
import { LmdbStore } from '../../dist/runtime/event-log/stores/lmdb/lmdb.store.js';
import { Folding } from '../../dist/runtime/projection/folding.js';
import { foldOf } from '../../dist/runtime/projection/fold.js';
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
  const { open, name } = await import('../peers/emmett-sqlite.mjs');
  const folder = mkdtempSync(join(tmpdir(), 'leftfold-bench-'));
  const events = numberEvents(EVENTS);
  const log = await logOf(join(folder, 'log'), events);
  const peer = await open({ folder });
  const fold = foldOf(productMachine);
  try {
    for (let start = 0; start < STREAM; start += BATCH) {
      await peer.appendMany(events.slice(start, start + BATCH).map(bare), 'numbers');
    }
    const aggregated = () => peer.aggregate('numbers', fold.initial, fold.step);
    const folding = new Folding(product.fold);
    folding.take({ events: events.slice(0, STREAM), through: STREAM });
    if (productIn((await aggregated()).context) !== productIn(folding.state.context)) {
      throw new Error('emmett and the fold have come to different products');
    }
    await replayed(log);
    const results = [];
    for (let round = 0; round < rounds; round += 1) {
      results.push({ beside: await rate(STREAM, aggregated), ours: await rate(EVENTS, () => replayed(log)) });
    }
    return {
      work: 'the same',
      results,
      beside: `${name}, \`aggregateStream\` of ${STREAM.toLocaleString('en')} events by the same fold`,
      reach: 10,
    };
  } finally {
    await peer.close();
    await log.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
