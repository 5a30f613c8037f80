/** Folds a projection anew while its old state keeps answering, then puts the new state in its place. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { type Page, type Position } from '../../event-log/event.js';
import type { View } from '../define-projection.js';
import type { Folded } from '../folding.js';
import type { Projection } from '../projection.js';
import { comparisonPointOf } from './comparison-points.js';
import type { Executor } from './executor.js';
import { fingerprintAt, SkippedDuringFold, type FoldDependencies } from './fold-dependencies.js';
import { foldThrough, startFolding } from './parallel-fold.js';
import type { FoldResult } from './run-job.js';

export interface RebuildReport {
  /** Where the new state replaced the old one. */
  readonly position: Position;
  /** The position from which an unfinished rebuild was continued; 0 when it began at the beginning. */
  readonly resumedFrom: Position;
  /** Whether old and new were the same: the same events, to the same state. */
  readonly equal: boolean;
  /** What queries were answered with before and after, where that differs. */
  readonly difference?: { readonly before: View; readonly after: View };
  readonly milliseconds: number;
}

export interface RebuildOptions {
  readonly executor: Executor;
  readonly dependencies: FoldDependencies;
  /** How many events apart the rebuild keeps snapshots of its own. */
  readonly snapshotEvery: number;
  readonly onProgress: (position: Position, through: () => Position) => void;
  readonly signal: AbortSignal;
}

/** In milliseconds: how long the last part of a rebuild holds the live thread before other work gets its turn. */
const MAX_SLICE_MS = 1;

/**
 * Queries are answered all the time, and the position that they are answered at never goes back. A rebuild that is interrupted
 * continues from its newest snapshot when it is asked for again.
 *
 * @throws Error when the log cannot be folded as far as the live projection has folded it; nothing is changed then
 * @throws SkippedDuringFold; nothing is changed then either
 */
export async function runRebuild(
  live: Projection,
  { executor, dependencies, snapshotEvery, onProgress, signal }: RebuildOptions,
): Promise<RebuildReport> {
  const began = performance.now();
  const target = (): Position => live.position;
  const result = await executor.run(
    { kind: 'rebuild', snapshotEvery },
    {
      projection: live.name,
      target,
      onProgress: (position) => {
        onProgress(position, target);
      },
      signal,
    },
  );
  const { resumedFrom, confirmed } = result;
  const { before, after, isSaved } = await catchUp(result, live, dependencies, signal, (folded) => {
    const old = live.folded;
    const saving = live.replaceBy(folded, ({ position }) => confirmed.includes(position));
    return { before: old, after: folded, isSaved: saving };
  });
  // A restart begins from the new state's own snapshot; until that is saved, from the rebuild's.
  if (await isSaved) await dependencies.rebuildSnapshots.clear();
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

/**
 * Folds the rest on the live thread, until both folds are at one position, and calls `replace` in that same turn of the event loop. What the
 * live projection folds meanwhile is kept and folded after it. This ends, because a fold is faster than a log grows.
 *
 * @throws FoldFailed; the signal's reason
 * @throws SkippedDuringFold when the rebuild has skipped other events than the live projection
 */
async function catchUp<Result>(
  rebuilt: FoldResult,
  live: Projection,
  dependencies: FoldDependencies,
  signal: AbortSignal,
  replace: (folded: Folded) => Result,
): Promise<Result> {
  const { skipped } = live;
  if (rebuilt.machine !== fingerprintAt(dependencies, skipped, rebuilt.folded.position))
    throw new SkippedDuringFold(dependencies);
  const folding = startFolding(dependencies, skipped, rebuilt.folded);
  let began = performance.now();
  const giveTurn = async (): Promise<void> => {
    if (performance.now() - began < MAX_SLICE_MS) return;
    await nextTurn();
    signal.throwIfAborted();
    began = performance.now();
  };
  for (;;) {
    const pages: Page[] = [];
    const stopCollecting = live.onFolded((page) => pages.push(page));
    try {
      await foldThrough(folding, dependencies, live.position, giveTurn);
      for (let page = pages.shift(); page !== undefined; page = pages.shift()) {
        folding.take(page);
        if (pages.length > 0) await giveTurn();
      }
      // The live projection replaces its set of skips when it starts anew, perhaps from an earlier position.
      if (live.skipped !== skipped) throw new SkippedDuringFold(dependencies);
      // They differ when the live projection stopped within a page, which it then does not hand on.
      if (folding.position === live.position) return replace(folding.folded);
    } finally {
      stopCollecting();
    }
  }
}
