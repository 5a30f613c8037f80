/** The ladder of snapshots: how far a past position is from the nearest one, and how many there are. */
import fc from 'fast-check';
import { MIN_KEPT, snapshotsToDrop, type RetentionLimits, type StoredSnapshot } from './retention.js';

const HEAVY = Number.MAX_SAFE_INTEGER;

const rung = (position: number, bytes = 1): StoredSnapshot => ({ position, bytes });

/** What is left, oldest first, when these are saved one after the other. */
function ladderOf(saved: readonly StoredSnapshot[], limits: RetentionLimits): readonly StoredSnapshot[] {
  let kept: readonly StoredSnapshot[] = [];
  for (const each of saved) {
    const all = [...kept, each];
    const dropped = new Set(snapshotsToDrop(all, limits));
    kept = all.filter((one) => !dropped.has(one));
  }
  return kept;
}

const every = (step: number, count: number, bytes = 1): readonly StoredSnapshot[] =>
  Array.from({ length: count }, (_, index) => rung((index + 1) * step, bytes));

const positions = (rungs: readonly StoredSnapshot[]): readonly number[] =>
  rungs.map(({ position }) => position);

/** The gaps between them from the beginning of the log on. */
const gaps = (rungs: readonly StoredSnapshot[]): readonly number[] =>
  positions(rungs).map((position, index) => position - (rungs[index - 1]?.position ?? 0));

/** Positions of snapshots as they may come: a few events apart, or very many. */
const saves = fc
  .array(fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 20_000 })), {
    minLength: 1,
    maxLength: 200,
  })
  .map((steps) => {
    let position = 0;
    return steps.map((step) => rung((position += step)));
  });

describe('the ladder of snapshots', () => {
  it('keeps the newest three', () => {
    expect(positions(ladderOf(every(1, 3), { spacing: 1_000_000, bytes: 0 }))).toEqual([1, 2, 3]);
    expect(positions(ladderOf(every(1, 500), { spacing: 1_000_000, bytes: HEAVY })).slice(-3)).toEqual([
      498, 499, 500,
    ]);
  });

  it('is dense near the newest and thins on the way back', () => {
    const kept = ladderOf(every(1000, 1000), { spacing: 1_000_000_000, bytes: HEAVY });
    expect(kept.length).toBeLessThan(25);
    const back = gaps(kept).toReversed();
    expect(back[0]).toBe(1000);
    expect(Math.max(...back)).toBeGreaterThan(100_000);
  });

  it('has every past position at most the spacing from a snapshot before it, or as far as none was ever nearer', () => {
    fc.assert(
      fc.property(saves, fc.integer({ min: 1, max: 30_000 }), (saved, spacing) => {
        const kept = ladderOf(saved, { spacing, bytes: HEAVY });
        // Enough to look just before each snapshot that is kept, where the fold is longest.
        for (const [index, gap] of gaps(kept).entries()) {
          const end = kept[index]?.position ?? 0;
          const nearest = Math.max(0, ...positions(saved).filter((position) => position < end));
          expect(gap).toBeLessThanOrEqual(Math.max(spacing, end - nearest));
        }
        expect(kept.at(-1)).toBe(saved.at(-1));
      }),
    );
  });

  it('is no longer than the log over the spacing, and a logarithm', () => {
    fc.assert(
      fc.property(saves, fc.integer({ min: 1, max: 30_000 }), (saved, spacing) => {
        const kept = ladderOf(saved, { spacing, bytes: HEAVY });
        const newest = saved.at(-1)?.position ?? 0;
        const most = (2 * newest) / spacing + 2 * Math.log2(spacing) + MIN_KEPT + 4;
        expect(kept.length).toBeLessThanOrEqual(most);
      }),
    );
  });

  it('keeps a long replay’s rungs where they are', () => {
    const kept = ladderOf(every(25_000, 400), { spacing: 25_000, bytes: HEAVY });
    expect(kept).toHaveLength(400);
  });

  it('weighs no more than it may, and is widened evenly for that', () => {
    const kept = ladderOf(every(100, 100, 10), { spacing: 100, bytes: 500 });
    expect(kept.length).toBeLessThanOrEqual(50);
    expect(kept.length).toBeGreaterThan(40);
    expect(Math.max(...gaps(kept))).toBeLessThanOrEqual(400);
  });

  it('never drops the newest three for their weight', () => {
    fc.assert(
      fc.property(saves, fc.nat(20), (saved, bytes) => {
        const kept = ladderOf(saved, { spacing: 10, bytes });
        expect(positions(kept).slice(-MIN_KEPT)).toEqual(positions(saved).slice(-MIN_KEPT));
        expect(kept.length).toBeLessThanOrEqual(Math.max(bytes, MIN_KEPT));
      }),
    );
  });
});
