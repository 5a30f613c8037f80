/** A replay of a log in LMDB without a snapshot leaves snapshot files along the log, and past states are folded from them. */
import { readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { EventLog } from '../../src/runtime/event-log/event-log.js';
import { position, PAGE_SIZE, type Position } from '../../src/runtime/event-log/event.js';
import { LmdbStore } from '../../src/runtime/stores/lmdb/lmdb.store.js';
import type { ProjectionDefinition } from '../../src/runtime/projection/define-projection.js';
import {
  FileSnapshotStore,
  snapshotFolder,
} from '../../src/runtime/projection/snapshots/file-snapshot-store.js';
import type { Projection } from '../../src/runtime/projection/projection.js';
import { balance } from '../support/app/balance.js';
import { entryRecorded } from '../support/app/entries.events.js';
import { factor } from '../support/app/factor.js';
import { run } from '../support/running-projection.js';
import { TemporaryFolder } from '../support/server.js';

const EVENTS = 60_000;
const COMMIT = 100;
const SPACING = 3000;
/** A snapshot is taken at the end of a page, so it can be up to a page late. */
const WIDEST = SPACING + PAGE_SIZE;

const valueAt = (at: number): bigint => BigInt((at % 19) - 9);

const sumAt = (at: number): bigint => {
  let total = 0n;
  for (let each = 1; each <= at; each += 1) total += valueAt(each);
  return total;
};

const folder = new TemporaryFolder();
let log: EventLog;

beforeAll(async () => {
  log = new EventLog(LmdbStore.open(join(folder.path, 'log')));
  log.contracts.register([entryRecorded]);
  for (let first = 1; first <= EVENTS; first += COMMIT) {
    const values = Array.from({ length: COMMIT }, (_, index) => String(valueAt(first + index)));
    await log.append(values.map((value) => entryRecorded.create({ value })));
  }
});

afterAll(async () => {
  await log.close();
  folder.remove();
});

afterEach(() => {
  rmSync(join(folder.path, 'projections'), { recursive: true, force: true });
});

/** Folds the whole log and takes every snapshot that is due; their cost is tested elsewhere. */
async function replayed<Context>(definition: ProjectionDefinition<Context>): Promise<Projection<Context>> {
  const store = new FileSnapshotStore(snapshotFolder(folder.path, definition.name), {
    spacing: SPACING,
    bytes: 1024 ** 3,
  });
  const { projection, recovered } = run(definition, log, {
    store,
    pace: { spacing: SPACING, share: () => 1 },
  });
  await expect(recovered).resolves.toMatchObject({ restoredFrom: 0, events: EVENTS });
  await projection.stop();
  return projection;
}

const filesOf = (name: string): readonly string[] => {
  const path = snapshotFolder(folder.path, name);
  return readdirSync(path)
    .sort()
    .map((file) => join(path, file));
};

/** The positions of the kept snapshots in ascending order, after position 0. */
const snapshotPositions = async <Context>(projection: Projection<Context>): Promise<readonly number[]> =>
  [...(await projection.snapshotsKept()).map(({ position: at }) => Number(at)), 0].toReversed();

/** The state at a position, and how many positions it was folded from. */
async function foldedAt<Context>(
  projection: Projection<Context>,
  at: number,
): Promise<{ readonly context: Context; readonly width: number }> {
  let width = 0;
  const onPage = (_: Position, from: Position): void => {
    width = at - from;
  };
  const { state } = await projection.past.at(position(at), { onPage });
  return { context: state.context, width };
}

describe('a long replay', () => {
  it('leaves snapshots along the whole log, of a small and of a large state, while both are folded', async () => {
    for (const projection of await Promise.all([replayed(balance), replayed(factor)])) {
      const positions = await snapshotPositions<unknown>(projection);
      expect(positions.at(-1)).toBe(EVENTS);
      const gaps = positions.slice(1).map((at, index) => at - (positions[index] ?? 0));
      expect(Math.max(...gaps)).toBeLessThanOrEqual(WIDEST);
      expect(positions.length).toBeLessThanOrEqual((2 * EVENTS) / SPACING + 2 * Math.log2(SPACING) + 5);
    }
  });

  it('folds any past state correctly from a bounded number of events', async () => {
    const projection = await replayed(balance);
    for (const at of [1, 2999, 3000, 3001, 17_654, 30_000, 44_444, 59_999, EVENTS]) {
      const { context, width } = await foldedAt(projection, at);
      expect(context.total).toBe(sumAt(at));
      expect(width).toBeLessThanOrEqual(WIDEST);
    }
  });

  it('folds a past state from the snapshot before one that power loss has torn', async () => {
    const projection = await replayed(balance);
    const positions = await snapshotPositions(projection);
    const middle = Math.floor(positions.length / 2);
    const torn = filesOf('balance')[middle] ?? 'none';
    truncateSync(torn, statSync(torn).size - 20);
    const at = (positions[middle + 1] ?? 0) + 1;
    const { context, width } = await foldedAt(projection, at);
    expect(context.total).toBe(sumAt(at));
    expect(width).toBeGreaterThan(1);
    expect(width).toBeLessThanOrEqual(2 * WIDEST);
  });
});
