/** What a state's chart allows, before and after there is an event. */
import {
  NO_METADATA,
  NO_TAGS,
  position,
  type CommitId,
  type NewEvent,
  type Position,
  type RecordedEvent,
} from '../event-log/event.js';
import type { ContractRegistry } from '../event-log/contracts/contract-registry.js';
import type { Fold, FoldState } from '../fold/fold-state.js';

/**
 * Whether the state may allow an event of this type. A guard that looks at the event decides once there is one, so what it guards
 * counts as possible.
 */
export function mayAccept<Context>(fold: Fold<Context>, state: FoldState<Context>, type: string): boolean {
  const notYet = new Error(`there is no ${type} yet`);
  let isLookedAt = false;
  const lookAt = (): never => {
    isLookedAt = true;
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
    return fold.accepts(state, event) || isLookedAt;
  } catch (error) {
    if (error === notYet) return true;
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

/** Events as they will be recorded if nothing else is meanwhile: position, time and commit are only probable. */
export function probableEvents(
  events: readonly NewEvent[],
  after: Position,
  contracts: ContractRegistry,
): readonly RecordedEvent[] {
  const time = new Date().toISOString();
  return events.map(({ type, tags, data }, index) => ({
    position: position(after + 1 + index),
    type,
    revision: contracts.contractOf(type)?.revision ?? 1,
    tags: tags ?? NO_TAGS,
    data,
    time,
    commit: '' as CommitId,
    metadata: NO_METADATA,
  }));
}
