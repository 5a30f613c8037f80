/** Retention: how far a past position is from the nearest snapshot, and how many snapshots there are. */
import fc from 'fast-check';
import { MIN_KEPT, snapshotsToDrop, type RetentionLimits, type StoredSnapshot } from './retention.js';

const HEAVY = Number.MAX_SAFE_INTEGER;

const snapshot = (position: number, bytes = 1): StoredSnapshot => ({ position, bytes });

/** What is left, oldest first, when these are saved one after the other. */
function keptOf(saved: readonly StoredSnapshot[], limits: RetentionLimits): readonly StoredSnapshot[] {
  let kept: readonly StoredSnapshot[] = [];
  for (const each of saved) {
    const all = [...kept, each];
    const dropped = new Set(snapshotsToDrop(all, limits));
    kept = all.filter((one) => !dropped.has(one));
  }
  return kept;
}

const every = (step: number, count: number, bytes = 1): readonly StoredSnapshot[] =>
  Array.from({ length: count }, (_, index) => snapshot((index + 1) * step, bytes));

const positions = (kept: readonly StoredSnapshot[]): readonly number[] =>
  kept.map(({ position }) => position);

/** The gaps between them, from the beginning of the log on. */
const gaps = (kept: readonly StoredSnapshot[]): readonly number[] =>
  positions(kept).map((position, index) => position - (kept[index - 1]?.position ?? 0));

/** Snapshots at random distances: a few events apart, or very many. */
const saves = fc
  .array(fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 20_000 })), {
    minLength: 1,
    maxLength: 200,
  })
  .map((steps) => {
    let position = 0;
    return steps.map((step) => snapshot((position += step)));
  });

describe('the retention of snapshots', () => {
  it('keeps the newest three', () => {
    expect(positions(keptOf(every(1, 3), { spacing: 1_000_000, bytes: 0 }))).toEqual([1, 2, 3]);
    expect(positions(keptOf(every(1, 500), { spacing: 1_000_000, bytes: HEAVY })).slice(-3)).toEqual([
      498, 499, 500,
    ]);
  });

  it('is dense near the newest and thinner further back', () => {
    const kept = keptOf(every(1000, 1000), { spacing: 1_000_000_000, bytes: HEAVY });
    expect(kept.length).toBeLessThan(25);
    const back = gaps(kept).toReversed();
    expect(back[0]).toBe(1000);
    expect(Math.max(...back)).toBeGreaterThan(100_000);
  });

  it('leaves every past position at most the spacing after a snapshot, unless none was ever nearer', () => {
    fc.assert(
      fc.property(saves, fc.integer({ min: 1, max: 30_000 }), (saved, spacing) => {
        const kept = keptOf(saved, { spacing, bytes: HEAVY });
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

  it('keeps at most twice the log over the spacing, and a logarithm', () => {
    fc.assert(
      fc.property(saves, fc.integer({ min: 1, max: 30_000 }), (saved, spacing) => {
        const kept = keptOf(saved, { spacing, bytes: HEAVY });
        const newest = saved.at(-1)?.position ?? 0;
        const most = (2 * newest) / spacing + 2 * Math.log2(spacing) + MIN_KEPT + 4;
        expect(kept.length).toBeLessThanOrEqual(most);
      }),
    );
  });

  it('keeps the snapshots of a long replay', () => {
    const kept = keptOf(every(25_000, 400), { spacing: 25_000, bytes: HEAVY });
    expect(kept).toHaveLength(400);
  });

  it('stays within the limit of bytes by widening all gaps evenly', () => {
    const kept = keptOf(every(100, 100, 10), { spacing: 100, bytes: 500 });
    expect(kept.length).toBeLessThanOrEqual(50);
    expect(kept.length).toBeGreaterThan(40);
    expect(Math.max(...gaps(kept))).toBeLessThanOrEqual(400);
  });

  it('never drops the newest three for their size', () => {
    fc.assert(
      fc.property(saves, fc.nat(20), (saved, bytes) => {
        const kept = keptOf(saved, { spacing: 10, bytes });
        expect(positions(kept).slice(-MIN_KEPT)).toEqual(positions(saved).slice(-MIN_KEPT));
        expect(kept.length).toBeLessThanOrEqual(Math.max(bytes, MIN_KEPT));
      }),
    );
  });
});
