/** What a decision depends on: which events, the state that they fold to, and why that state may refuse a command. */
import { START, position, type Position, type Query } from '../event-log/event.js';
import type { AnyContract } from '../event-log/contracts/event-contract.js';
import type { EventLog } from '../event-log/event-log.js';
import { ofTypes } from '../event-log/query.js';
import type { Problem } from '../http/kernel/problem.js';
import type { Fold, FoldState } from '../fold/fold-state.js';

/** Of one subject or of several together (https://dcb.events). */
export interface DecisionModel<Context> {
  /** The events that the decision depends on: the append fails if another one of them is recorded meanwhile. */
  readonly query: Query;
  /** The state at this position of the log. Unlike a projection's, it never lags behind. */
  readonly load: (log: EventLog, through: Position) => Promise<FoldState<Context>>;
  /** Why an event may not be recorded in this state; undefined when it may. */
  readonly refusal: (state: FoldState<Context>, records: AnyContract) => Problem | undefined;
}

/** What a command is about, by its events. */
export interface Subject {
  /** The events about the subject: the append fails if another one of them is recorded meanwhile. */
  readonly query: Query;
  /** The position of the event that created the subject, if the subject is identified by that position. */
  readonly origin?: Position;
  /** The newest event of the query determines the state, as in a sequence, so no other is read. Default: false. */
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
