/** Which snapshots to keep, so that every past state is a bounded fold away: dense near the newest, thinner further back. */

export interface StoredSnapshot {
  readonly position: number;
  readonly bytes: number;
}

export interface RetentionLimits {
  /** In positions: dropping a snapshot never leaves a wider gap than this between two. */
  readonly spacing: number;
  /** The most that all snapshots together take. The newest three are kept whatever their size. */
  readonly bytes: number;
}

/** The newest are never dropped, because the newest may be damaged, and the one before it. */
export const MIN_KEPT = 3;

/**
 * Which of these snapshots to drop, in any order.
 *
 * The gap between two that are kept is at most as wide as the distance from the newer of them to the newest of all, and at most
 * the spacing: going back, gaps double until they reach the spacing. A gap that was wider before stays, since nothing can fill
 * it. At most `2 × newest / spacing + 2 × log2(spacing)` snapshots and a few are kept.
 *
 * If these take too many bytes, more are dropped: each time the one whose loss makes a gap the least too wide, as a
 * multiple of the width that it may have. Gaps can then be wider than the spacing.
 *
 * @param snapshots in any order, at most one at each position
 */
export function snapshotsToDrop<Each extends StoredSnapshot>(
  snapshots: readonly Each[],
  { spacing, bytes }: RetentionLimits,
): readonly Each[] {
  const kept = snapshots.toSorted((one, other) => other.position - one.position);
  const newest = kept[0]?.position ?? 0;
  const maxGap = (from: number): number => Math.max(Math.min(newest - from, spacing), 1);
  const dropped: Each[] = [];
  for (let index = MIN_KEPT; index < kept.length;) {
    const { newer, gap } = gapWithout(kept, index);
    if (gap <= maxGap(newer)) dropped.push(...kept.splice(index, 1));
    else index += 1;
  }
  let total = kept.reduce((sum, snapshot) => sum + snapshot.bytes, 0);
  while (total > bytes && kept.length > MIN_KEPT) {
    let least = { index: MIN_KEPT, excess: Infinity };
    for (let index = MIN_KEPT; index < kept.length; index += 1) {
      const { newer, gap } = gapWithout(kept, index);
      const excess = gap / maxGap(newer);
      if (excess < least.excess) least = { index, excess };
    }
    const removed = kept.splice(least.index, 1);
    for (const snapshot of removed) total -= snapshot.bytes;
    dropped.push(...removed);
  }
  return dropped;
}

/** The gap without this snapshot, and the position of the newer end of it. The oldest gap ends at the beginning of the log. */
function gapWithout(
  kept: readonly StoredSnapshot[],
  index: number,
): { readonly newer: number; readonly gap: number } {
  const newer = kept[index - 1]?.position ?? 0;
  return { newer, gap: newer - (kept[index + 1]?.position ?? 0) };
}
