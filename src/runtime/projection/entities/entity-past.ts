/** One entity as it was: folded anew from its own events, which its tag finds. */
import type { EventLog } from '../../event-log/event-log.js';
import { START, type Position, type Query, type RecordedEvent } from '../../event-log/event.js';
import type { FoldState } from '../../fold/fold-state.js';
import type { View } from '../define-projection.js';
import { FoldFailed } from '../folding.js';
import { CannotBeFolded } from '../past/past-problems.js';
import type { EntityProjection } from './entity-projection.js';

/** An entity after one of its events. */
export interface EntityPoint {
  /** Of the event. */
  readonly position: Position;
  readonly time: string;
  /** Its type. */
  readonly type: string;
  /** Absent when the event has ended the entity, which is forgotten. */
  readonly view?: View;
}

interface Reading {
  readonly log: Pick<EventLog, 'read'>;
  /** Only events up to it. */
  readonly through: Position;
  readonly signal: AbortSignal;
}

/**
 * After each event that changed it, oldest first. Reads only the events of its tag, however long the log is.
 *
 * @throws CannotBeFolded
 * @throws the signal's reason once it is aborted
 */
export async function* entityPoints<Context>(
  { definition, skipped }: Pick<EntityProjection<Context>, 'definition' | 'skipped'>,
  key: string,
  { log, through, signal }: Reading,
): AsyncGenerator<EntityPoint, void, undefined> {
  const { fold, tag } = definition;
  if (tag === undefined) return;
  const query: Query = [{ types: definition.consumes.map(({ type }) => type), tags: [tag(key)] }];
  let state: FoldState<Context> = fold.initial;
  for await (const events of log.read(query, { after: START, through })) {
    signal.throwIfAborted();
    for (const event of events) {
      if (skipped.has(event.position) || !definition.keysOf(event).includes(key)) continue;
      const next = stepped(definition, state, event);
      if (next === state) continue;
      state = next;
      const { position, time, type } = event;
      const isForgotten = definition.forgets(state);
      yield { position, time, type, ...(!isForgotten && { view: definition.view(state, key) }) };
      if (isForgotten) state = fold.initial;
    }
  }
}

/** As it was at a position; undefined when there was none. @throws CannotBeFolded */
export async function entityAt<Context>(
  projection: EntityProjection<Context>,
  key: string,
  reading: Reading,
): Promise<EntityPoint | undefined> {
  let last: EntityPoint | undefined;
  for await (const point of entityPoints(projection, key, reading)) last = point;
  return last?.view === undefined ? undefined : last;
}

function stepped<Context>(
  { fold }: EntityProjection<Context>['definition'],
  state: FoldState<Context>,
  event: RecordedEvent,
): FoldState<Context> {
  try {
    return fold.step(state, event);
  } catch (error) {
    throw new CannotBeFolded(new FoldFailed(event.position, event, error));
  }
}
