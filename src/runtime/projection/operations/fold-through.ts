/** Folds what lies between two positions, in slices, so that whoever else is on the thread gets a turn. */
import type { Position, RecordedEvent } from '../../event-log/event.js';
import type { Folding } from '../folding.js';
import { consumedOn, type FoldDependencies } from './fold-dependencies.js';

/** So many events are folded in one go. */
const SLICE = 250;

/**
 * @param turn is awaited after each slice, and ends the folding by throwing
 * @throws FoldFailed, or what `turn` throws
 */
export async function foldThrough(
  folding: Folding,
  ground: FoldDependencies,
  through: Position,
  turn: (position: Position) => Promise<void>,
): Promise<void> {
  if (folding.position >= through) return;
  const range = { after: folding.position, through };
  for await (const page of ground.log.read(consumedOn(ground), range)) {
    for (const events of slices(page)) {
      folding.take({ events, through: events.at(-1)?.position ?? folding.position });
      await turn(folding.position);
    }
  }
  folding.take({ events: [], through });
  await turn(through);
}

/** Events at one position are never parted. */
function* slices(page: readonly RecordedEvent[]): Iterable<readonly RecordedEvent[]> {
  let from = 0;
  while (from < page.length) {
    let to = Math.min(from + SLICE, page.length);
    while (to < page.length && page[to]?.position === page[to - 1]?.position) to += 1;
    yield page.slice(from, to);
    from = to;
  }
}
