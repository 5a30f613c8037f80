/** What was kept of a projection along the log, to be held against a fold on its way through it. */
import type { Position } from '../../event-log/event.js';
import type { Drift } from './drift.js';
import type { Folded, Skipped } from '../folding.js';
import { digestText } from '../snapshots/rolling-digest.js';
import { stateDigest } from '../snapshots/state-digest.js';
import { isOurs, type FoldDependencies } from './fold-dependencies.js';

export interface ComparisonPoint {
  readonly position: Position;
  readonly of: Drift['of'];
  /** Which events, and to what state: equal only when both are. */
  readonly digest: string;
}

export function comparisonPointOf(folded: Folded, of: Drift['of']): ComparisonPoint {
  return { position: folded.position, of, digest: wholeDigest(folded) };
}

export function agrees(mark: ComparisonPoint, folded: Folded): boolean {
  return mark.position === folded.position && mark.digest === wholeDigest(folded);
}

/** Of the snapshots that this machine has made of this log, up to a position, oldest first. No state is kept in memory. */
export async function comparisonPointsUpTo(
  through: Position,
  ground: FoldDependencies,
  skipped: Skipped,
): Promise<readonly ComparisonPoint[]> {
  const marks: ComparisonPoint[] = [];
  for await (const found of ground.snapshots.newestFirst()) {
    if (isOurs(found, ground, through, skipped)) marks.push(comparisonPointOf(found, 'snapshot'));
  }
  return marks.reverse();
}

function wholeDigest({ digest, state }: Folded): string {
  return `${digestText(digest)} ${stateDigest(state)}`;
}
