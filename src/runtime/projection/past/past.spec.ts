/** A projection's past: equal to a full fold, wherever the fold begins, and without side effects. */
import fc from 'fast-check';
import { add, amountsLog, noteTaken, totalOf, type TotalContext } from '../../../../test/support/amounts.js';
import { RememberedSnapshots } from '../../../../test/support/remembered-snapshots.js';
import type { EventLog } from '../../event-log/event-log.js';
import { position, type Position } from '../../event-log/event.js';
import type { ProjectionDefinition } from '../define-projection.js';
import type { Folded } from '../folding.js';
import { fingerprintIn } from '../../fold/machine-fingerprint.js';
import { Past } from './past.js';
import { Snapshots } from '../snapshots/snapshots.js';

const total = totalOf('total');

interface Given {
  readonly log: EventLog;
  readonly past: Past<TotalContext>;
  readonly store: RememberedSnapshots;
  /** All that was told while the past was looked at. */
  readonly told: unknown[];
}

function given(
  definition: ProjectionDefinition<TotalContext> = total,
  skipped: readonly number[] = [],
): Given {
  const log = amountsLog();
  const store = new RememberedSnapshots();
  const told: unknown[] = [];
  const tell = (...what: readonly unknown[]): void => {
    told.push(what);
  };
  const snapshots = new Snapshots(store, { every: 1 }, log, () => fingerprintIn(log.contracts, definition), {
    saved: tell,
    unreadable: tell,
    failed: tell,
  });
  const past = new Past(definition, log, snapshots, () => new Set(skipped.map(position)));
  return { log, past, store, told };
}

const at = (where: number): Position => position(where);

async function keep({ log, past, store }: Given, ...positions: readonly number[]): Promise<void> {
  const machine = fingerprintIn(log.contracts, past.definition);
  for (const each of positions) {
    const hash = (await log.hashAt(at(each))) ?? '';
    store.kept.unshift({ ...(await past.at(at(each))), log: log.identity, hash, machine });
  }
}

async function seriesOf(
  past: Past<TotalContext>,
  from: number,
  to: number,
  step: number,
): Promise<readonly Folded<TotalContext>[]> {
  const points: Folded<TotalContext>[] = [];
  for await (const { folded } of past.series({ from: at(from), to: at(to), step })) points.push(folded);
  return points;
}

describe('a past state', () => {
  it('equals a full fold, whatever the log, the snapshots and the position', async () => {
    const commits = fc.array(fc.array(fc.nat(9), { minLength: 1, maxLength: 5 }), {
      minLength: 1,
      maxLength: 20,
    });
    await fc.assert(
      fc.asyncProperty(commits, fc.array(fc.nat(100)), fc.nat(100), async (made, kept, where) => {
        const { log, past, ...rest } = given();
        for (const amounts of made) {
          await add(log, ...amounts);
          await log.append([noteTaken.create({ text: 'a note' })]);
        }
        const head = await log.head();
        const snapshots = [...new Set(kept.map((each) => each % (head + 1)))].sort((a, b) => a - b);
        await keep({ log, past, ...rest }, ...snapshots);
        const asked = where % (head + 1);
        const found = await past.at(at(asked));
        const amounts: number[] = [];
        for await (const page of log.read([{ types: ['amount.added'] }], { through: at(asked) }))
          amounts.push(...page.map(({ data }) => (data as { amount: number }).amount));
        expect(found.position).toBe(asked);
        expect(found.state.context).toEqual({
          total: amounts.reduce((sum, amount) => sum + amount, 0),
          count: amounts.length,
        });
        const bare = new Past(total, log, { before: () => Promise.resolve(undefined) });
        expect(found).toMatchObject(await bare.at(at(asked)));
      }),
      { numRuns: 50 },
    );
  });

  it('begins from the nearest snapshot before it', async () => {
    const made = given();
    await add(made.log, ...Array.from({ length: 50 }, () => 1));
    await keep(made, 10, 30);
    const begins: number[] = [];
    await made.past.at(at(40), { onPage: (_, from) => begins.push(from) });
    await made.past.at(at(29), { onPage: (_, from) => begins.push(from) });
    await made.past.at(at(30), { onPage: (_, from) => begins.push(from) });
    expect(begins).toEqual([30, 10]);
  });

  it('begins from the snapshot before one that cannot be used, and reports nothing', async () => {
    const made = given();
    await add(made.log, ...Array.from({ length: 50 }, () => 1));
    await keep(made, 10);
    made.store.kept.unshift({ name: 'the one at 20', reason: 'it is cut off' });
    expect((await made.past.at(at(25))).state.context.total).toBe(25);
    expect(made.told).toEqual([]);
    expect(made.store.asked).toBe(0);
  });

  it('skips what the projection skips', async () => {
    const { log, past } = given(total, [2]);
    await add(log, 1, 2, 4);
    expect((await past.at(at(3))).state.context.total).toBe(5);
    const skippingNone = new Past(total, log, { before: () => Promise.resolve(undefined) });
    expect(await past.entityTagAt(at(1))).toBe(await skippingNone.entityTagAt(at(1)));
    expect(await past.entityTagAt(at(3))).not.toBe(await skippingNone.entityTagAt(at(3)));
  });

  it('exists up to an event that cannot be folded, which the problem names from there on', async () => {
    const { log, past } = given(totalOf('careful', (amount) => amount > 9));
    await add(log, 1, 10, 1);
    expect((await past.at(at(1))).state.context.total).toBe(1);
    await expect(past.at(at(2))).rejects.toMatchObject({
      problem: 'cannot-be-folded',
      extensions: { position: 2 },
    });
  });

  it('does not exist after the head', async () => {
    const { log, past } = given();
    await add(log, 1);
    await expect(past.at(at(2))).rejects.toMatchObject({
      problem: 'after-head',
      extensions: { position: 1 },
    });
    await expect(seriesOf(past, 0, 2, 1)).rejects.toMatchObject({ problem: 'after-head' });
    await expect(past.whatIf(new Set([at(2)]), at(1))).rejects.toMatchObject({ problem: 'after-head' });
  });

  it('is not folded any further once the signal is aborted', async () => {
    const { log, past } = given();
    await add(log, ...Array.from({ length: 5000 }, () => 1));
    const gone = new AbortController();
    const pages: number[] = [];
    const asked = past.at(at(5000), {
      signal: gone.signal,
      onPage: (each) => {
        pages.push(each);
        gone.abort(new Error('gone'));
      },
    });
    await expect(asked).rejects.toThrow('gone');
    expect(pages).toHaveLength(1);
  });

  it('is folded four at a time; the next may begin when one of them is done', async () => {
    const { log, past } = given();
    await add(log, ...Array.from({ length: 2000 }, () => 1));
    const many = await Promise.allSettled(Array.from({ length: 6 }, () => past.at(at(2000))));
    expect(many.map(({ status }) => status).sort()).toEqual([
      ...Array.from({ length: 4 }, () => 'fulfilled'),
      ...Array.from({ length: 2 }, () => 'rejected'),
    ]);
    expect(many.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { problem: 'past-busy', retryAfter: 1 },
    });
    expect((await past.at(at(2000))).position).toBe(2000);
  });
});

describe('a series of past states', () => {
  it('has each state as `at` gives it, with the time of its event', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.boolean(), { minLength: 1, maxLength: 60 }),
        fc.nat(60),
        fc.nat(60),
        fc.integer({ min: 1, max: 70 }),
        async (amounts, one, other, step) => {
          const { log, past } = given();
          for (const isAmount of amounts)
            await (isAmount ? add(log, 1) : log.append([noteTaken.create({ text: '' })]));
          const [from = 0, to = 0] = [one % (amounts.length + 1), other % (amounts.length + 1)].sort(
            (a, b) => a - b,
          );
          const expected: Folded<TotalContext>[] = [];
          for (let each = from; each <= to; each += step) expected.push(await past.at(at(each)));
          expect(await seriesOf(past, from, to, step)).toEqual(expected);
          for await (const { folded, time } of past.series({ from: at(from), to: at(to), step }))
            expect(time === undefined).toBe(folded.position === 0);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('makes room for others when it is not iterated to its end', async () => {
    const { log, past } = given();
    await add(log, 1, 1, 1);
    for (let times = 0; times < 6; times += 1) {
      for await (const { folded } of past.series({ from: at(0), to: at(3), step: 1 }))
        if (folded.position === 1) break;
    }
    expect(await seriesOf(past, 3, 3, 1)).toHaveLength(1);
  });
});

describe('a what-if', () => {
  it('is the state without these events, and the state as it is', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(9), { minLength: 1, maxLength: 30 }),
        fc.array(fc.nat(30), { minLength: 1 }),
        fc.array(fc.nat(30)),
        async (amounts, picked, kept) => {
          const made = given();
          await add(made.log, ...amounts);
          await keep(
            made,
            ...[...new Set(kept.map((each) => each % (amounts.length + 1)))].sort((a, b) => a - b),
          );
          const leftOut = new Set(picked.map((each) => at((each % amounts.length) + 1)));
          const { is, wouldBe } = await made.past.whatIf(leftOut, at(amounts.length));
          const sum = (numbers: readonly number[]): number => numbers.reduce((one, other) => one + other, 0);
          expect(is.state.context.total).toBe(sum(amounts));
          expect(wouldBe.state.context.total).toBe(
            sum(amounts.filter((_, index) => !leftOut.has(at(index + 1)))),
          );
          expect(made.told).toEqual([]);
          expect(made.store.asked).toBe(0);
          expect(await made.log.head()).toBe(amounts.length);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('fails, naming the event, when the log as it is cannot be folded', async () => {
    const { log, past } = given(totalOf('careful', (amount) => amount > 9));
    await add(log, 1, 10, 1);
    await expect(past.whatIf(new Set([at(1)]), at(3))).rejects.toMatchObject({
      problem: 'cannot-be-folded',
    });
  });
});
