/** A fold beside the live projection, in slices between which other work of the process gets its turn. */
import type { Position, Query, RecordedEvent } from '../../event-log/event.js';
import { Folding, type Folded, type Skipped } from '../folding.js';
import type { FoldDependencies } from './fold-dependencies.js';

/** In events. */
const MAX_SLICE_LENGTH = 250;

/** Audits, rebuilds and rehearsals all begin here, so that they skip what the live projection skips. */
export function startFolding({ definition }: FoldDependencies, skipped: Skipped, from?: Folded): Folding {
  return new Folding(definition.fold, from, skipped);
}

/**
 * Folds everything after the folding's position up to `through`.
 *
 * @param afterSlice is awaited after each slice, and ends the fold by throwing
 * @throws FoldFailed, or what `afterSlice` throws
 */
export async function foldThrough(
  folding: Folding,
  { log, definition }: FoldDependencies,
  through: Position,
  afterSlice: (position: Position) => Promise<void>,
): Promise<void> {
  if (folding.position >= through) return;
  const consumed: Query = [{ types: definition.consumes.map((contract) => contract.type) }];
  for await (const page of log.read(consumed, { after: folding.position, through })) {
    for (const events of slicesOf(page)) {
      folding.take({ events, through: events.at(-1)?.position ?? folding.position });
      await afterSlice(folding.position);
    }
  }
  folding.take({ events: [], through });
  await afterSlice(through);
}

/** Events at one position are never in two slices. */
function* slicesOf(page: readonly RecordedEvent[]): Iterable<readonly RecordedEvent[]> {
  let from = 0;
  while (from < page.length) {
    let to = Math.min(from + MAX_SLICE_LENGTH, page.length);
    while (to < page.length && page[to]?.position === page[to - 1]?.position) to += 1;
    yield page.slice(from, to);
    from = to;
  }
}
