/** States kept along the log that a fold is compared with when it comes past them, and what a difference is called. */
import type { Position } from '../../event-log/event.js';
import type { Folded, Skipped } from '../folding.js';
import { digestText } from '../snapshots/rolling-digest.js';
import { stateDigest } from '../snapshots/state-digest.js';
import { ifUsable } from '../snapshots/usable-snapshot.js';
import { snapshotRequirements, type FoldDependencies } from './fold-dependencies.js';

/** A snapshot or the live state differs from what the log folds to. */
export interface Drift {
  /** The last position at which both agreed; the drift began after it. */
  readonly after: Position;
  /** The first position compared at which they differ. */
  readonly upTo: Position;
  /** What was found to differ at `upTo`. */
  readonly of: 'snapshot' | 'live state';
  /** Of an entity projection: the keys of some that differ. */
  readonly entities?: readonly string[];
  /** Of a read model: the tables that differ. */
  readonly tables?: readonly string[];
}

export interface ComparisonPoint {
  readonly position: Position;
  readonly of: Drift['of'];
  /** Of the events that were folded and of the state: equal only if both are. */
  readonly digest: string;
}

export function comparisonPointOf(folded: Folded, of: Drift['of']): ComparisonPoint {
  return { position: folded.position, of, digest: digestOf(folded) };
}

export function matchesPoint(point: ComparisonPoint, folded: Folded): boolean {
  return point.position === folded.position && point.digest === digestOf(folded);
}

/** Of the snapshots that this machine has made of this log, up to a position, oldest first. Only digests stay in memory. */
export async function comparisonPointsUpTo(
  through: Position,
  dependencies: FoldDependencies,
  skipped: Skipped,
): Promise<readonly ComparisonPoint[]> {
  const requirements = snapshotRequirements(dependencies, skipped, through);
  const points: ComparisonPoint[] = [];
  for await (const found of dependencies.snapshots.newestFirst()) {
    const usable = await ifUsable(found, requirements);
    if (usable !== undefined) points.push(comparisonPointOf(usable, 'snapshot'));
  }
  return points.reverse();
}

function digestOf({ digest, state }: Folded): string {
  return `${digestText(digest)} ${stateDigest(state)}`;
}
