/** What is said at the start about snapshots that cannot be used: one sentence, however many there are. */
import { START, type Position } from '../../event-log/event.js';
import type { UnreadableSnapshot } from './snapshot-store.js';

/** Of reasons that one sentence names. */
const MAX_REASONS = 3;

/**
 * `12 snapshots in data/projections/sum cannot be used: 12 of them, the newest being the snapshot at position 900: it was made from
 * another log. The fold begins from the beginning of the log.`
 *
 * @param place where the store keeps them, if it says so
 * @param beginsAt the position of the snapshot that is used; 0 for none
 */
export function describePassedOver(
  passedOver: readonly UnreadableSnapshot[],
  place: string | undefined,
  beginsAt: Position,
): string {
  const count = passedOver.length;
  const what = `${count} ${count === 1 ? 'snapshot' : 'snapshots'}${place === undefined ? '' : ` in ${place}`}`;
  const from = beginsAt === START ? 'the beginning of the log' : `the snapshot at position ${beginsAt}`;
  return `${what} cannot be used: ${reasonsOf(passedOver)}. The fold begins from ${from}.`;
}

/** The commonest first, each with the newest snapshot that has it. */
function reasonsOf(passedOver: readonly UnreadableSnapshot[]): string {
  const byReason = new Map<string, { readonly newest: string; count: number }>();
  for (const { name, reason } of passedOver) {
    const known = byReason.get(reason);
    if (known === undefined) byReason.set(reason, { newest: name, count: 1 });
    else known.count += 1;
  }
  const sorted = [...byReason].sort(([, one], [, other]) => other.count - one.count);
  const named = sorted.slice(0, MAX_REASONS).map(([reason, { newest, count }]) => {
    return count === 1 ? `${newest}: ${reason}` : `${count} of them, the newest being ${newest}: ${reason}`;
  });
  const left = sorted.length - named.length;
  return [...named, ...(left > 0 ? [`and ${left} other reasons`] : [])].join('; ');
}
