/** What caused an event and what it caused, as a tree: `metadata.causationId` names an event's position or its commit. */
import type { EventAnswer } from './event-row.js';

export interface CausationNode {
  readonly event: EventAnswer;
  readonly effects: readonly CausationNode[];
}

/** Deeper ones are not shown. */
const MAX_DEPTH = 12;

/**
 * From the first cause that is known.
 *
 * @param known events among which causes and effects are looked for; `opened` need not be one of them
 */
export function causationTree(known: readonly EventAnswer[], opened: EventAnswer): CausationNode {
  const events = distinct([opened, ...known]);
  const causes = new Map(events.map((event) => [event, causeOf(event, events, opened)]));
  let root = events.find(({ position }) => position === opened.position) ?? opened;
  // Causes stand before what they cause, so this ends.
  for (let cause = causes.get(root); cause !== undefined; cause = causes.get(root)) root = cause;
  const nodeOf = (event: EventAnswer, depth: number): CausationNode => ({
    event,
    effects:
      depth === MAX_DEPTH
        ? []
        : events.filter((each) => causes.get(each) === event).map((each) => nodeOf(each, depth + 1)),
  });
  return nodeOf(root, 0);
}

/** The text by which an event names its cause. */
export function causationIdOf({ metadata }: Pick<EventAnswer, 'metadata'>): string | undefined {
  return textIn(metadata, 'causationId');
}

export function textIn(metadata: EventAnswer['metadata'], member: string): string | undefined {
  const value = metadata[member];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Of the events of a commit, the one that is opened, otherwise the first. */
function causeOf(
  event: EventAnswer,
  events: readonly EventAnswer[],
  opened: EventAnswer,
): EventAnswer | undefined {
  const id = causationIdOf(event);
  if (id === undefined) return undefined;
  const causes = events.filter(
    ({ position, commit }) => position < event.position && (commit === id || String(position) === id),
  );
  return causes.find(({ position }) => position === opened.position) ?? causes[0];
}

/** One for each position, in their order. */
function distinct(events: readonly EventAnswer[]): readonly EventAnswer[] {
  const byPosition = new Map<number, EventAnswer>();
  for (const event of events) if (!byPosition.has(event.position)) byPosition.set(event.position, event);
  return [...byPosition.values()].sort((one, other) => one.position - other.position);
}
