/** Searches the log for events that break the conditions of a batch, in turns of the thread, before the batch is decided. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AppendCondition, NewCommit, Position } from '../../event-log/event.js';
import { matchesEverything } from '../../event-log/query.js';
import type { LmdbFiles } from './lmdb-files.js';
import { findMatch } from './lmdb-read.js';

/** After so long other work gets its turn. */
const MAX_TURN_MS = 10;

/**
 * The first event of the log that breaks a condition of these appends, by condition. The head must not move until they are decided.
 *
 * @returns throws, for its condition, what the search has thrown
 */
export async function searchConditions(
  files: LmdbFiles,
  appends: readonly NewCommit[],
  head: Position,
): Promise<(condition: AppendCondition) => Position | undefined> {
  const found = new Map<AppendCondition, () => Position | undefined>();
  let began = performance.now();
  for (const { condition } of appends) {
    if (condition === undefined || condition.after >= head || matchesEverything(condition.query)) continue;
    try {
      const search = findMatch(files, condition.query, condition.after, head);
      let step = search.next();
      for (; step.done !== true; step = search.next()) {
        await nextTurn();
        began = performance.now();
      }
      const { value } = step;
      found.set(condition, () => value);
    } catch (error) {
      found.set(condition, () => {
        throw error;
      });
    }
    if (performance.now() - began < MAX_TURN_MS) continue;
    await nextTurn();
    began = performance.now();
  }
  return (condition) => found.get(condition)?.();
}
