/** Logs in LMDB whose data file has a flipped bit or is cut: refused, or read as they were. */
import { readFileSync, truncateSync, writeFileSync, mkdirSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { LmdbStore } from '../../src/runtime/stores/lmdb/lmdb.store.js';
import { commitId, tag, type NewCommit } from '../../src/runtime/event-log/event.js';
import { Random } from '../support/random.js';
import { TemporaryFolder } from '../support/server.js';

/** How many single bits are flipped, at an unchanged size and time of change; on a machine with time to spare, more. */
const FLIPS = Number(process.env['LEFTFOLD_TEST_FLIPS'] ?? '1000');
const CUTS = 60;
const SEED = Number(process.env['LEFTFOLD_TEST_SEED'] ?? '20260131');
const PROGRAM = join(import.meta.dirname, '..', 'support', 'open-damaged.mjs');

/** The result of opening a damaged file. */
interface Outcome {
  readonly at: number;
  /** Why it was refused, in one sentence; undefined when it was opened and read. */
  readonly refused?: string;
  /** What was read but differs from what was written. */
  readonly wrong?: string;
}

const commit = (number: number): NewCommit => ({
  id: commitId(`commit/${number}`),
  time: '2026-01-31T12:00:00.000Z',
  metadata: {},
  events: Array.from({ length: number % 40 === 0 ? 300 : 1 }, (_, index) => ({
    type: index % 2 === 0 ? 'number.recorded' : 'number.retracted',
    revision: 1,
    tags: [tag(`number:${number % 17}`)],
    data: { value: String(number * 1_000 + index), note: 'x'.repeat(number % 60) },
  })),
});

describe(`a damaged data file (LEFTFOLD_TEST_SEED=${SEED})`, () => {
  const folder = new TemporaryFolder();
  const original = join(folder.path, 'original');
  const random = new Random(SEED);

  beforeAll(async () => {
    const store = LmdbStore.open(original);
    for (let number = 1; number <= 400; number += 1) await store.append(commit(number));
    await store.close();
  });

  afterAll(() => {
    folder.remove();
  });

  /** How many bytes are damaged somewhere: those that are in use, and with every fifth damage also the room behind them, all zeros. */
  const lengthFor = (): ((index: number) => number) => {
    const bytes = readFileSync(join(original, 'data.mdb'));
    const used = bytes.findLastIndex((byte) => byte !== 0) + 1;
    return (index) => (index % 5 === 0 ? bytes.length : used);
  };

  /** Opens and reads each of the damaged copies, in a process that a crash would end. */
  function tried(name: string, places: readonly number[], damage: 'flip' | 'cut'): readonly Outcome[] {
    const work = join(folder.path, name);
    mkdirSync(work);
    const { status, signal, stdout, stderr } = spawnSync(
      process.execPath,
      [PROGRAM, original, work, damage, JSON.stringify(places)],
      { encoding: 'utf8', maxBuffer: 1 << 26 },
    );
    expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' });
    return JSON.parse(stdout) as readonly Outcome[];
  }

  it(`is refused with a reason, or read as it was written: ${FLIPS} single bits, all over it`, () => {
    const length = lengthFor();
    const places = Array.from({ length: FLIPS }, (_, index) => random.integer(0, 8 * length(index) - 1));
    const outcomes = tried('flips', places, 'flip');
    expect(outcomes).toHaveLength(FLIPS);
    expect(outcomes.filter(({ wrong }) => wrong !== undefined)).toEqual([]);
    const refusals = outcomes.flatMap(({ refused }) => (refused === undefined ? [] : [refused]));
    expect(refusals.filter((sentence) => !/damaged|format|cannot be read/.test(sentence))).toEqual([]);
    // Enough of them hit something, and enough of them hit nothing.
    expect(refusals.length).toBeGreaterThan(FLIPS / 20);
    expect(refusals.length).toBeLessThan(FLIPS);
  }, 300_000);

  it(`is refused with a reason, or read as it was written: cut at ${CUTS} lengths`, () => {
    const length = lengthFor();
    const places = Array.from({ length: CUTS }, (_, index) =>
      index % 2 === 0
        ? random.integer(1, length(index) - 1)
        : 4096 * random.integer(1, Math.floor(length(index) / 4096) - 1),
    );
    const outcomes = tried('cuts', places, 'cut');
    expect(outcomes).toHaveLength(CUTS);
    expect(outcomes.filter(({ wrong }) => wrong !== undefined)).toEqual([]);
  }, 120_000);

  it('is opened when it is not damaged', () => {
    const [outcome] = tried('untouched', [readFileSync(join(original, 'data.mdb')).length], 'cut');
    expect(outcome).toEqual({ at: expect.any(Number) as number });
  });

  it('is refused when it is no log', () => {
    const other = join(folder.path, 'other');
    mkdirSync(other);
    writeFileSync(join(other, 'data.mdb'), 'no LMDB file at all'.repeat(1_000));
    expect(() => LmdbStore.open(other)).toThrow('damaged');
    truncateSync(join(other, 'data.mdb'), 0);
  });
});
