/** A skip holds however a state came about: by following, by a full fold, or from a snapshot. */
import fc from 'fast-check';
import type { EventLog } from '../../src/runtime/event-log/event-log.js';
import { position } from '../../src/runtime/event-log/event.js';
import { recordSkip, skippedBy } from '../../src/runtime/projection/skipping.js';
import type { Projection } from '../../src/runtime/projection/projection.js';
import { add, amountsLog, totalOf, type TotalContext } from '../support/amounts.js';
import { RememberedSnapshots } from '../support/remembered-snapshots.js';
import { run } from '../support/running-projection.js';

/** Amounts, and whether the machine throws at each. */
type Given = readonly { readonly amount: number; readonly isBad: boolean }[];

const given: fc.Arbitrary<Given> = fc.array(
  fc.record({ amount: fc.integer({ min: 0, max: 999 }), isBad: fc.boolean() }),
  { minLength: 1, maxLength: 40 },
);

const BAD = 1000;
const isBad = (amount: number): boolean => amount >= BAD;

const timeout = (): AbortSignal => AbortSignal.timeout(10_000);

/** Records the events in commits of random lengths. */
async function recorded(log: EventLog, amounts: Given, cut: number): Promise<void> {
  const values = amounts.map((each) => each.amount + (each.isBad ? BAD : 0));
  for (let index = 0; index < values.length; index += cut)
    await add(log, ...values.slice(index, index + cut));
}

/** Skips each event at which the projection stops, until it has folded everything. */
async function skipAll(projection: Projection<TotalContext>, log: EventLog): Promise<void> {
  for (;;) {
    const head = await log.head();
    while (projection.status !== 'faulted' && projection.position < head) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    const { fault } = projection;
    if (fault === undefined) return;
    await recordSkip(log, { projection: 'total', position: fault.position, reason: 'a slip' });
    await projection.resume();
  }
}

describe('a fold with skips', () => {
  it('is the same live, replayed, and from any usable snapshot', async () => {
    await fc.assert(
      fc.asyncProperty(given, given, fc.integer({ min: 1, max: 10 }), async (before, after, cut) => {
        const log = amountsLog();
        const store = new RememberedSnapshots();
        const live = run(totalOf('total', isBad), log, { store, every: 1 });
        await recorded(log, before, cut);
        await skipAll(live.projection, log);
        await live.projection.stop();
        // From the snapshot on, with more events to skip.
        await recorded(log, after, cut);
        const tail = run(totalOf('total', isBad), log, { store });
        await skipAll(tail.projection, log);

        const replayed = run(totalOf('total', isBad), log);
        await replayed.recovered;
        await tail.projection.reached(position(await log.head()), timeout());
        expect(tail.projection.folded).toEqual(replayed.projection.folded);
        const good = [...before, ...after].filter((each) => !each.isBad);
        expect(replayed.projection.state.context).toEqual({
          total: good.reduce((sum, { amount }) => sum + amount, 0),
          count: good.length,
        });
        expect((await skippedBy(log, 'total')).size).toBe(before.length + after.length - good.length);
        await Promise.all([tail, replayed].map(({ projection }) => projection.stop()));
      }),
      { numRuns: 60 },
    );
  }, 120_000);

  it('is the same when events are skipped that were folded long ago, whatever snapshots there are', async () => {
    const skips = fc.array(fc.nat(19), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(99), { minLength: 20, maxLength: 20 }),
        skips,
        async (amounts, skipped) => {
          const log = amountsLog();
          const store = new RememberedSnapshots();
          const live = run(totalOf('total'), log, { store, every: 1 });
          for (const amount of amounts) await add(log, amount);
          await live.reached(20);
          for (const index of skipped) {
            await recordSkip(log, { projection: 'total', position: position(index + 1), reason: 'a slip' });
          }
          const head = await log.head();
          await live.reached(head);
          await live.projection.stop();

          const again = run(totalOf('total'), log, { store });
          await expect(again.recovered).resolves.toMatchObject({ restoredFrom: head });
          const replayed = run(totalOf('total'), log);
          await replayed.recovered;
          expect(live.projection.folded).toEqual(replayed.projection.folded);
          expect(again.projection.folded).toEqual(replayed.projection.folded);
          const kept = amounts.filter((_amount, index) => !skipped.includes(index));
          expect(replayed.projection.state.context).toEqual({
            total: kept.reduce((sum, amount) => sum + amount, 0),
            count: kept.length,
          });
          await Promise.all([again, replayed].map(({ projection }) => projection.stop()));
        },
      ),
      { numRuns: 40 },
    );
  }, 120_000);
});
