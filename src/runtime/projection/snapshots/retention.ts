/** Which snapshots to keep so that any past state is a bounded fold away: a ladder, dense near the newest and thinner behind. */

/** A snapshot that is there. */
export interface StoredSnapshot {
  readonly position: number;
  readonly bytes: number;
}

export interface RetentionLimits {
  /** The most positions that dropping a snapshot may leave between two. */
  readonly spacing: number;
  /** What all of them may weigh together. The newest three stay whatever they weigh. */
  readonly bytes: number;
}

/** The newest may be damaged, and the one before it; so many are never dropped. */
export const MIN_KEPT = 3;

/**
 * Which of these to drop, in any order.
 *
 * Between two that are kept there are at most as many positions as lie between the newer of them and the newest, and never more
 * than the spacing: so gaps double on the way back until they are as wide as they may be. A gap that was wider before stays as it is,
 * nothing fills it. Kept are at most `2 × newest / spacing + 2 × log2(spacing)` and a few.
 *
 * When the rest weighs too much, those go whose loss widens the ladder least, measured by how wide it may be at that place;
 * gaps are then wider than the spacing.
 *
 * @param rungs in any order, one for each position
 */
export function snapshotsToDrop<Each extends StoredSnapshot>(
  rungs: readonly Each[],
  { spacing, bytes }: RetentionLimits,
): readonly Each[] {
  const kept = rungs.toSorted((one, other) => other.position - one.position);
  const newest = kept[0]?.position ?? 0;
  /** How wide a gap may be that begins there, going back. */
  const width = (from: number): number => Math.max(Math.min(newest - from, spacing), 1);
  const dropped: Each[] = [];
  for (let index = MIN_KEPT; index < kept.length;) {
    const { newer, gap } = without(kept, index);
    if (gap <= width(newer)) dropped.push(...kept.splice(index, 1));
    else index += 1;
  }
  let weight = kept.reduce((sum, rung) => sum + rung.bytes, 0);
  while (weight > bytes && kept.length > MIN_KEPT) {
    let least = { index: MIN_KEPT, harm: Infinity };
    for (let index = MIN_KEPT; index < kept.length; index += 1) {
      const { newer, gap } = without(kept, index);
      const harm = gap / width(newer);
      if (harm < least.harm) least = { index, harm };
    }
    const gone = kept.splice(least.index, 1);
    for (const rung of gone) weight -= rung.bytes;
    dropped.push(...gone);
  }
  return dropped;
}

/** The gap that there is without this rung, and the position where it begins. The beginning of the log is the last rung of all. */
function without(
  kept: readonly StoredSnapshot[],
  index: number,
): { readonly newer: number; readonly gap: number } {
  const newer = kept[index - 1]?.position ?? 0;
  return { newer, gap: newer - (kept[index + 1]?.position ?? 0) };
}
