/** The past of one entity: as it was, how it came about, what it would be without some events. */
import {
  POISON,
  added,
  cancelled,
  moved,
  opened,
  orderContracts,
  orders,
  paid,
} from '../../../../test/support/app/orders.js';
import { START, position, type Position } from '../../event-log/event.js';
import { EventLog } from '../../event-log/event-log.js';
import { MemoryStore } from '../../stores/memory.store.js';
import { AfterHead, CannotBeFolded, CannotBeWithout, PastBusy } from '../past/past-problems.js';
import type { EntityPoint } from './entity-past-fold.js';
import { EntityPast } from './entity-past.js';

describe('the past of an entity', () => {
  let log: EventLog;
  let skipped: Set<Position>;
  let past: EntityPast;

  beforeEach(() => {
    log = new EventLog(new MemoryStore());
    log.contracts.register(orderContracts);
    skipped = new Set();
    past = new EntityPast(orders, log, () => skipped, { before: () => Promise.resolve(undefined) });
  });

  afterEach(() => log.close());

  const upTo = async (
    at?: number,
  ): Promise<{ readonly through: Position; readonly signal: AbortSignal }> => ({
    through: at === undefined ? await log.head() : position(at),
    signal: new AbortController().signal,
  });

  const without = (...positions: readonly number[]): ReadonlySet<Position> =>
    new Set(positions.map(position));

  async function pointsOf(key: string): Promise<readonly EntityPoint[]> {
    const points: EntityPoint[] = [];
    for await (const point of past.points(key, await upTo())) points.push(point);
    return points;
  }

  it('is what its own events up to a position fold to', async () => {
    await log.append([opened('a'), added('b', 1), added('a', 5), moved('b', 'a', 1), added('a', 7)]);
    expect(await past.at('a', await upTo(4))).toMatchObject({ position: 4, view: { total: '5', items: 2 } });
    expect(await past.at('b', await upTo())).toBeUndefined(); // never opened, so nothing has changed it
    expect(await past.at('a', await upTo(0))).toBeUndefined();
    expect((await pointsOf('a')).map((point) => point.position)).toEqual([1, 3, 4, 5]);
  });

  it('begins anew after an event that ended it', async () => {
    await log.append([opened('a', 'Ann'), cancelled('a'), opened('a', 'Bob')]);
    expect(await past.at('a', await upTo(2))).toBeUndefined();
    expect(await past.at('a', await upTo(3))).toMatchObject({ view: { customer: 'Bob' } });
    expect((await pointsOf('a')).map(({ view }) => view?.['customer'])).toEqual(['Ann', undefined, 'Bob']);
  });

  it('is both what it is and what it would be without some events', async () => {
    await log.append([opened('a'), added('a', 5), added('a', 7), cancelled('a')]);
    expect(await past.whatIf('a', without(2), await upTo(3))).toMatchObject({
      is: { total: '12', items: 2 },
      wouldBe: { total: '7', items: 1 },
    });
    const { is, wouldBe } = await past.whatIf('a', without(4), await upTo());
    expect({ is, wouldBe }).toMatchObject({ is: undefined, wouldBe: { total: '12' } });
    expect(await past.whatIf('a', without(1), await upTo(3))).not.toHaveProperty('wouldBe');
    expect(await past.whatIf('nobody', without(1), await upTo())).toEqual({});
  });

  it('leaves out what is skipped', async () => {
    await log.append([opened('a'), added('a', POISON), added('a', 1)]);
    await expect(past.at('a', await upTo())).rejects.toThrow(CannotBeFolded);
    await expect(pointsOf('a')).rejects.toThrow(CannotBeFolded);
    skipped.add(position(2));
    expect(await past.at('a', await upTo())).toMatchObject({ view: { total: '1' } });
    expect(await past.whatIf('a', without(3), await upTo())).toMatchObject({ wouldBe: { total: '0' } });
  });

  it('refuses what cannot be folded once an event is left out', async () => {
    await log.append([opened('a'), paid('a'), added('a', POISON)]); // what is paid takes no items
    expect(await past.at('a', await upTo())).toMatchObject({ view: { status: 'paid' } });
    await expect(past.whatIf('a', without(2), await upTo())).rejects.toThrow(CannotBeWithout);
  });

  it('refuses what is after the head', async () => {
    await log.append([opened('a')]);
    await expect(past.at('a', await upTo(2))).rejects.toThrow(AfterHead);
    await expect(past.whatIf('a', without(2), await upTo(1))).rejects.toThrow(AfterHead);
  });

  it('is nothing for a key of which there can be no tag', async () => {
    await log.append([opened('a')]);
    for (const key of ['x'.repeat(255), '\0', '\uD800'])
      expect(await past.at(key, await upTo())).toBeUndefined();
  });

  it('refuses a fifth fold while four run', async () => {
    await log.append([opened('a'), added('a', 5)]);
    const range = await upTo();
    const running = Array.from({ length: 4 }, () => past.points('a', range));
    for (const each of running) await each.next();
    await expect(past.at('a', range)).rejects.toThrow(PastBusy);
    await running[0]?.return();
    expect(await past.at('a', range)).toMatchObject({ position: 2 });
    for (const each of running) await each.return();
  });

  it('ends when its reader is gone', async () => {
    await log.append([opened('a')]);
    const signal = AbortSignal.abort(new Error('gone'));
    await expect(past.at('a', { through: await log.head(), signal })).rejects.toThrow('gone');
    await expect(past.at('a', { through: START, signal })).rejects.toThrow('gone');
  });
});
