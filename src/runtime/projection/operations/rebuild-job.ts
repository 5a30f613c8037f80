/** Folds a projection anew while the old state answers, and puts the new state in its place. */
import { isDeepStrictEqual } from 'node:util';
import type { Position } from '../../event-log/event.js';
import type { View } from '../define-projection.js';
import type { Projection } from '../projection.js';
import { catchUp } from './catch-up.js';
import type { FoldDependencies } from './fold-dependencies.js';
import { comparisonPointOf } from './comparison-points.js';
import type { Executor } from './executor.js';

export interface RebuildReport {
  /** Where the new state took the old one's place. */
  readonly position: Position;
  /** Where a rebuild that was broken off had come to, and this one went on. */
  readonly resumedFrom: Position;
  /** Whether old and new were the same: the same events, to the same state. */
  readonly equal: boolean;
  /** What was and what is answered, where that differs. */
  readonly difference?: { readonly before: View; readonly after: View };
  readonly milliseconds: number;
}

export interface RebuildOptions {
  readonly place: Executor;
  readonly ground: FoldDependencies;
  /** How many events apart the shadow keeps snapshots of its own. */
  readonly every: number;
  readonly progressed: (position: Position, through: () => Position) => void;
  readonly signal: AbortSignal;
}

/**
 * Reads are answered all the time, and never from before what they were answered from already. Broken off at any
 * moment, it goes on from the shadow's newest snapshot when it is asked for again.
 *
 * @throws Error when the log cannot be folded as far as the live projection has folded it; nothing is changed then
 * @throws SkippedMeanwhile; nothing is changed then either
 */
export async function runRebuild(
  live: Projection,
  { place, ground, every, progressed, signal }: RebuildOptions,
): Promise<RebuildReport> {
  const began = performance.now();
  const target = (): Position => live.position;
  const shadow = await place.run(
    { kind: 'rebuild', every },
    {
      projection: live.name,
      target,
      progressed: (position) => {
        progressed(position, target);
      },
      signal,
    },
  );
  const { resumedFrom, agreeing } = shadow;
  const { before, after, kept } = await catchUp(shadow, live, ground, signal, (folded) => {
    const old = live.folded;
    const kept = live.replaceBy(folded, ({ position }) => agreeing.includes(position));
    return { before: old, after: folded, kept };
  });
  // The new state's own snapshot is what it comes back from; until that is kept, the shadow's is.
  if (await kept) await ground.shadows.clear();
  const equal =
    comparisonPointOf(before, 'live state').digest === comparisonPointOf(after, 'live state').digest;
  const views = {
    before: live.definition.view(before.state),
    after: live.definition.view(after.state),
  };
  return {
    position: after.position,
    resumedFrom,
    equal,
    ...(!isDeepStrictEqual(views.before, views.after) && { difference: views }),
    milliseconds: Math.round(performance.now() - began),
  };
}
