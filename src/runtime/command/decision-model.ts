/** What a decision rests on: which events, what state they make, and why that state may refuse a command. */
import { START, position, type Position, type Query } from '../event-log/event.js';
import type { AnyContract } from '../event-log/contracts/event-contract.js';
import type { EventLog } from '../event-log/event-log.js';
import { ofTypes } from '../event-log/query.js';
import type { Problem } from '../http/kernel/problem.js';
import type { Fold, FoldState } from '../fold/fold-state.js';

/** All that one decision rests on, of one subject or of several together (dcb.events). */
export interface DecisionModel<Context> {
  /** Everything that the decision depends on; nothing of it may be recorded between deciding and appending. */
  readonly query: Query;
  /** The state as the log has it at this position. Unlike a projection's it never lags behind. */
  readonly load: (log: EventLog, through: Position) => Promise<FoldState<Context>>;
  /** Why an event may not be recorded in this state; undefined when it may. */
  readonly refusal: (state: FoldState<Context>, records: AnyContract) => Problem | undefined;
}

/** The events that a command's subject is made of. */
export interface Subject {
  /** Everything that concerns the subject; nothing of it may be recorded between deciding and appending. */
  readonly query: Query;
  /** The event that brought the subject about, where the subject is named after that event's position. */
  readonly origin?: Position;
  /** The newest event of the query says all, as in a sequence, so that no other is read. Default: all of them are. */
  readonly onlyNewest?: boolean;
}

/** The subject's state up to a position of the log. */
export async function foldSubject<Context>(
  log: EventLog,
  fold: Fold<Context>,
  consumes: readonly AnyContract[],
  { query, origin, onlyNewest = false }: Subject,
  through: Position,
): Promise<FoldState<Context>> {
  const consumed = consumes.map((contract) => contract.type);
  let state = fold.initial;
  const ranges = [
    ...(origin !== undefined && origin > START
      ? [
          log.read([{ types: consumed }], {
            after: position(origin - 1),
            through: origin < through ? origin : through,
            backwards: onlyNewest,
          }),
        ]
      : []),
    log.read(ofTypes(consumed, query), {
      after: origin ?? START,
      through,
      ...(onlyNewest && { backwards: true, limit: 1 }),
    }),
  ];
  for (const pages of ranges) {
    for await (const page of pages) {
      // Several events may stand at one position.
      for (const event of onlyNewest ? page.toReversed() : page) state = fold.step(state, event);
    }
  }
  return state;
}
