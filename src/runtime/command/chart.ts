/** What a state's chart allows, before and after there is an event. */
import {
  NO_METADATA,
  position,
  type CommitId,
  type Position,
  type RecordedEvent,
} from '../event-log/event.js';
import type { CheckedEvents } from '../event-log/contracts/checked-events.js';
import type { Fold, FoldState } from '../fold/fold-state.js';

/**
 * Whether the state may allow an event of this type. A guard that looks at the event decides once there is one, so what it guards
 * counts as possible.
 */
export function mayAccept<Context>(fold: Fold<Context>, state: FoldState<Context>, type: string): boolean {
  const known = fold.acceptsAny?.(state, type);
  return known ?? mayGuardsAccept(fold, state, type);
}

/** Whether the state allows every event of this type, and no function of the machine is run for it, which could fail. */
export function allowsAny<Context>(fold: Fold<Context>, state: FoldState<Context>, type: string): boolean {
  return fold.acceptsAny?.(state, type) === true && fold.runsNothing?.(state, type) === true;
}

function mayGuardsAccept<Context>(fold: Fold<Context>, state: FoldState<Context>, type: string): boolean {
  const notYet = new Error(`there is no ${type} yet`);
  let looks = 0;
  const lookAt = (): never => {
    looks += 1;
    throw notYet;
  };
  const event = new Proxy(
    { type },
    {
      get: (target, name) => (name === 'type' ? target.type : lookAt()),
      has: lookAt,
      ownKeys: lookAt,
      getOwnPropertyDescriptor: lookAt,
    },
  );
  try {
    // A guard may have caught the error.
    return fold.accepts(state, event) || looks > 0;
  } catch (error) {
    // Or it has made another error of it.
    if (looks > 0) return true;
    throw error;
  }
}

/** Whether the state does not allow this event, guards included. One that the machine has no transition for in any state is allowed. */
export function forbids<Context>(
  fold: Fold<Context>,
  state: FoldState<Context>,
  event: RecordedEvent,
): boolean {
  if (fold.accepts(state, event)) return false;
  // With a wildcard, the type is not among those that the machine awaits, but a guard has refused it.
  return fold.awaits.has(event.type) || mayAccept(fold, state, event.type);
}

/** Checked events as they will be recorded. Position, time and commit are not known before. */
export function probableEvents({ checked }: CheckedEvents, after: Position): readonly RecordedEvent[] {
  const time = new Date().toISOString();
  // Member by member: a spread of what is frozen takes V8 some 4 µs.
  return checked.map(({ type, revision, tags, data }, index) => ({
    position: position(after + 1 + index),
    type,
    revision,
    tags,
    data,
    time,
    commit: '' as CommitId,
    metadata: NO_METADATA,
  }));
}
