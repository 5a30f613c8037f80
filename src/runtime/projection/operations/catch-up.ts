/** The last stretch of a shadow: on the live thread, until both stand at one position and nothing is in between. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Page } from '../../event-log/event.js';
import type { Folded } from '../folding.js';
import type { Projection } from '../projection.js';
import { foldThrough } from './fold-through.js';
import { foldingOn, machineOn, SkippedMeanwhile, type FoldDependencies } from './fold-dependencies.js';
import type { FoldExecutor } from './run-job.js';

/** So long, in milliseconds, the shadow has the live thread for itself before others get their turn. */
const TURN = 1;

/**
 * What the live projection folds while the shadow reads behind it is remembered and folded after. The live one folds no faster
 * than the log grows, and a fold is faster than that, so this ends. In the turn in which it ends both stand at one
 * position: `meet` is called in it.
 *
 * @throws FoldFailed; the signal's reason
 * @throws SkippedMeanwhile when the shadow has passed over other events than the live one
 */
export async function catchUp<Result>(
  shadow: FoldExecutor,
  live: Projection,
  ground: FoldDependencies,
  signal: AbortSignal,
  meet: (folded: Folded) => Result,
): Promise<Result> {
  const { skipped } = live;
  if (shadow.machine !== machineOn(ground, skipped, shadow.folded.position))
    throw new SkippedMeanwhile(ground);
  const folding = foldingOn(ground, skipped, shadow.folded);
  let began = performance.now();
  const turn = async (): Promise<void> => {
    if (performance.now() - began < TURN) return;
    await nextTurn();
    signal.throwIfAborted();
    began = performance.now();
  };
  for (;;) {
    const pages: Page[] = [];
    const end = live.onFolded((page) => pages.push(page));
    try {
      await foldThrough(folding, ground, live.position, turn);
      for (let page = pages.shift(); page !== undefined; page = pages.shift()) {
        folding.take(page);
        if (pages.length > 0) await turn();
      }
      // Another set means that it has begun again, perhaps from before where it was.
      if (live.skipped !== skipped) throw new SkippedMeanwhile(ground);
      // Not so when the live one stopped within a page: that page was not handed on.
      if (folding.position === live.position) return meet(folding.folded);
    } finally {
      end();
    }
  }
}
