/** Searches the log for events that break the conditions of a batch, in turns of the thread, before the batch is decided. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AppendCondition, NewCommit, Position } from '../event-log/event.js';
import { matchesEverything } from '../event-log/query.js';

/** Yields when other work should get its turn, and ends with the position of the first event that breaks the condition. */
export type ConditionSearch = Generator<void, Position | undefined, void>;

/** After so long other work gets its turn. */
const MAX_TURN_MS = 10;

/**
 * The first event of the log that breaks a condition of these appends, by condition. The head must not move until they are decided.
 *
 * @param find begins the search for one condition
 * @returns throws, for its condition, what the search has thrown
 */
export async function searchConditions(
  appends: readonly NewCommit[],
  head: Position,
  find: (condition: AppendCondition) => ConditionSearch,
): Promise<(condition: AppendCondition) => Position | undefined> {
  const found = new Map<AppendCondition, () => Position | undefined>();
  let began = performance.now();
  for (const { condition } of appends) {
    if (condition === undefined || condition.after >= head || matchesEverything(condition.query)) continue;
    try {
      const search = find(condition);
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
