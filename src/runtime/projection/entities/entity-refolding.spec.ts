/** A skip of an event that is folded already folds the entities anew that it is about, and no others. */
import {
  POISON,
  added,
  cancelled,
  changedOrders,
  moved,
  opened,
  orderContracts,
  paid,
} from '../../../../test/support/app/orders.js';
import { ENTITY_STORES, type EntityStore } from '../../../../test/support/entity-stores.js';
import { runEntities, type RunningEntities } from '../../../../test/support/running-entities.js';
import { EventLog } from '../../event-log/event-log.js';
import { position } from '../../event-log/event.js';
import { MemoryStore } from '../../stores/memory.store.js';
import { fingerprintWithout, recordSkip } from '../skipping.js';
import type { EntityProjectionDefinition } from './define-entity-projection.js';
import { auditEntities } from './entity-operations.js';
import { MAX_NEWLY_SKIPPED, MAX_REFOLDED_ENTITIES, newlySkipped } from './entity-refolding.js';

const OPTIONS = { onProgress: () => undefined, signal: new AbortController().signal };
const alone = changedOrders({ faultStops: 'entity' });

let log: EventLog;
const running: RunningEntities<unknown>[] = [];

beforeEach(() => {
  log = new EventLog(new MemoryStore());
  log.contracts.register(orderContracts);
});

afterEach(async () => {
  await Promise.all(running.splice(0).map(({ projection }) => projection.stop()));
  await log.close();
});

function run<Context>(
  definition: EntityProjectionDefinition<Context>,
  ...where: [EntityStore] | []
): RunningEntities<Context> {
  const started = runEntities(definition, log, where[0]?.databases());
  running.push(started);
  return started;
}

const skip = (...positions: readonly number[]): Promise<unknown> =>
  Promise.all(
    positions.map((at) =>
      recordSkip(log, { projection: 'orders', position: position(at), reason: 'a slip' }),
    ),
  );

/** As if all had been folded without what is skipped. */
async function expectAsFoldedAnew({ projection }: RunningEntities<unknown>): Promise<void> {
  const anew = run(alone);
  await anew.caughtUp();
  expect(projection.folding.checkpoint).toEqual(anew.projection.folding.checkpoint);
  expect(await auditEntities(projection, OPTIONS)).not.toHaveProperty('drift');
}

describe.each(ENTITY_STORES)('a skip of what is folded, in $name', ({ create }) => {
  let store: EntityStore;

  beforeEach(async () => {
    store = await create();
  });

  afterEach(async () => {
    await Promise.all(running.splice(0).map(({ projection }) => projection.stop()));
    await store.remove();
  });

  const EVENTS = [
    ...[opened('a'), added('a', 5), added('a', POISON), added('a', 7), opened('b'), moved('a', 'b', 1)],
    ...[added('b', 1), opened('c'), cancelled('c'), opened('d'), added('d', POISON), added('d', POISON)],
  ];

  it.each([
    ['an event', [2], 1, { a: '0' }],
    ['an event of two entities', [6], 2, { a: '5', b: '1' }],
    ['the event at which an entity has stopped', [3], 1, { a: '12' }],
    ['one of two events at which an entity stops', [11], 1, { d: '0' }],
    ['the first event of an entity', [10], 1, { d: undefined }],
    ['the event that has ended an entity', [9], 1, { c: '0' }],
    ['several', [2, 3, 9], 2, { a: '7', c: '0' }],
  ])('folds anew what %s is about', async (_, skipped, entities, totals) => {
    const first = run(alone, store);
    await log.append(EVENTS);
    await first.caughtUp();
    await skip(...skipped);
    await first.caughtUp();
    for (const [key, total] of Object.entries(totals))
      expect(((await first.view(key)) as { total: string } | undefined)?.total).toBe(total);
    expect(new Set(first.told.refolded.flatMap((told) => told.skipped))).toEqual(new Set(skipped));
    if (skipped.length === 1) expect(first.told.refolded).toMatchObject([{ entities }]);
    expect(first.told.unusable).toEqual([]);
    expect(first.told.recovered).toHaveLength(1);
    await expectAsFoldedAnew(first);
  });

  it('does so at the next start, for what was skipped meanwhile', async () => {
    await log.append(EVENTS);
    const first = runEntities(alone, log, store.databases());
    await first.caughtUp();
    await first.projection.stop();
    await skip(3, 9);
    const second = run(alone, store);
    await second.caughtUp();
    expect(second.told.refolded).toEqual([{ skipped: [3, 9], entities: 2 }]);
    expect(second.told).toMatchObject({ unusable: [], recovered: [{ restoredFrom: 12 }] });
    expect(await second.view('a')).toMatchObject({ total: '12', position: 6 });
    await expectAsFoldedAnew(second);
  });
});

describe('a skip of what is folded', () => {
  it('removes an entity that has no other event', async () => {
    const first = run(alone);
    await log.append([opened('a'), opened('b')]);
    await first.caughtUp();
    await skip(1);
    await first.caughtUp();
    expect(await first.view('a')).toBeUndefined();
    await expectAsFoldedAnew(first);
  });

  it('that no entity is about changes none', async () => {
    const first = run(alone);
    await log.append([opened('a')]);
    await skip(1);
    await first.caughtUp();
    await skip(2);
    await first.caughtUp();
    expect(first.told.refolded.at(-1)).toEqual({ skipped: [2], entities: 0 });
    await expectAsFoldedAnew(first);
  });

  it('folds all anew where an entity cannot be folded without it, and stops there', async () => {
    const first = run(changedOrders({ unhandled: 'fault' }));
    await log.append([opened('b'), opened('a'), added('a', 5), paid('a')]);
    await first.caughtUp();
    await skip(2);
    await first.is('faulted');
    expect(first.told.refolded).toEqual([]);
    expect(first.told.faults).toMatchObject([{ position: 3 }]);
    expect(await first.view('b')).toMatchObject({ position: 1 });
  });

  it('folds all anew where it is about very many', async () => {
    const key = ({ data }: { data: object }): string[] =>
      'order' in data
        ? [String(data.order)]
        : Array.from({ length: MAX_REFOLDED_ENTITIES + 1 }, (_, index) => `o${index}`);
    const first = run(changedOrders({ key, faultStops: 'entity' }));
    await log.append([opened('a'), moved('a', 'b', 1)]);
    await first.caughtUp();
    await skip(2);
    await first.caughtUp();
    expect(first.told.refolded).toEqual([]);
    expect(first.projection.count.entities).toBe(1);
  });
});

describe('what is skipped since', () => {
  const skipped = [5, 2, 9, 7].map(position);
  const kept = (known: readonly number[], through = 8) => ({
    position: position(through),
    fingerprint: fingerprintWithout(new Set(known.map(position)), position(through), 'machine'),
  });

  it.each([
    ['nothing', [5, 2, 9, 7], []],
    ['what was recorded last', [5, 2], [7]],
    ['all of what is in it', [], [5, 2, 7]],
  ])('is %s', (_, known, added) => {
    expect(newlySkipped(kept(known), new Set(skipped))).toEqual(added);
  });

  it('cannot be told of what was folded with other events skipped, or when it is too much', () => {
    expect(newlySkipped(kept([2]), new Set(skipped))).toBeUndefined();
    const many = Array.from({ length: MAX_NEWLY_SKIPPED + 1 }, (_, index) => position(index + 1));
    expect(newlySkipped(kept([], 1000), new Set(many))).toBeUndefined();
    expect(newlySkipped(kept([1], 1000), new Set(many))).toHaveLength(MAX_NEWLY_SKIPPED);
  });
});
