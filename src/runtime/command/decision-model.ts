/** What a decision depends on: which events, the state that they fold to, and why that state may refuse a command. */
import {
  NO_TAGS,
  START,
  position,
  type Position,
  type NewEvent,
  type Query,
  type RecordedEvent,
} from '../event-log/event.js';
import type { AnyContract } from '../event-log/contracts/event-contract.js';
import type { EventLog } from '../event-log/event-log.js';
import { ofTypes } from '../event-log/query.js';
import type { Problem } from '../http/kernel/problem.js';
import type { Fold, FoldState } from '../fold/fold-state.js';
import { EventCannotBeFolded } from './event-cannot-be-folded.js';
import { bytesOf } from './recent-states.js';

/**
 * The event that the state's machine must have a transition for; of a decision about several subjects, one for each of them, or one for
 * all. A guard that looks at the event is asked once the command is decided, with what is to be recorded.
 */
export type Records = AnyContract | Readonly<Record<string, AnyContract>>;

/** Of one subject or of several together (https://dcb.events). */
export interface DecisionModel<Context> {
  /** The events that the decision depends on: the append fails if another one of them is recorded meanwhile. */
  readonly query: Query;
  /** The state at this position of the log. Unlike a projection's, it never lags behind. */
  readonly load: (log: EventLog, through: Position) => Promise<FoldState<Context>>;
  /** Why an event may not be recorded in this state; undefined when it may. Guards that look at the event are not asked. */
  readonly refusal: (state: FoldState<Context>, records: Records) => Problem | undefined;
  /** The state after those of the events that are about it, or why one of them may not be recorded, guards included. */
  readonly apply: (
    state: FoldState<Context>,
    events: readonly RecordedEvent[],
  ) => { readonly state: FoldState<Context> } | { readonly refusal: Problem };
  /** Whether the chart allows the events whatever they hold, and folding them runs no guard and no action, so that neither needs to see them. */
  readonly allowsAll: (state: FoldState<Context>, events: readonly NewEvent[]) => boolean;
  /** Why this model would never fold what the command records, as `money.deposited without the tag account:a`; undefined when it would. */
  readonly unrelated: (records: Records, events: readonly NewEvent[]) => string | undefined;
  /** Keeps what the events made of this state, so that it need not be folded again. They were recorded on the condition of `query`. Never throws. */
  readonly keep: (
    log: EventLog,
    state: FoldState<Context>,
    events: readonly RecordedEvent[],
    through: Position,
  ) => void;
}

/** An event, and what it depends on beside the subject that records it: a value that only one may have. */
export interface Claim {
  readonly event: NewEvent;
  readonly model: DecisionModel<unknown>;
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

/** The state up to a position, and what was folded to it, in bytes. */
export interface Folded<Context> {
  readonly state: FoldState<Context>;
  readonly bytes: number;
}

/**
 * The subject's state up to a position of the log.
 *
 * @param decider its name, for the error
 * @param known a state to go on from. Default: the initial one
 * @throws EventCannotBeFolded
 */
export async function foldSubject<Context>(
  log: EventLog,
  fold: Fold<Context>,
  consumes: readonly AnyContract[],
  { query, origin, onlyNewest = false }: Subject,
  decider: string,
  through: Position,
  known: { readonly state: FoldState<Context>; readonly through: Position } = {
    state: fold.initial,
    through: START,
  },
): Promise<Folded<Context>> {
  const consumed = consumes.map((contract) => contract.type);
  let { state } = known;
  let bytes = 0;
  const ranges = [
    ...(origin !== undefined && origin > known.through
      ? [
          log.read([{ types: consumed }], {
            after: position(origin - 1),
            through: origin < through ? origin : through,
            backwards: onlyNewest,
          }),
        ]
      : []),
    log.read(ofTypes(consumed, query), {
      after: origin !== undefined && origin > known.through ? origin : known.through,
      through,
      ...(onlyNewest && { backwards: true, limit: 1 }),
    }),
  ];
  for (const pages of ranges) {
    for await (const page of pages) {
      // Several events may stand at one position.
      for (const event of onlyNewest ? page.toReversed() : page) {
        try {
          state = fold.step(state, event);
        } catch (cause) {
          const tags = query.flatMap(({ tags = NO_TAGS }) => tags);
          throw new EventCannotBeFolded(event, { decider, tags }, { cause });
        }
        if (known.through > START) bytes += bytesOf(event.data);
      }
    }
  }
  return { state, bytes };
}

/** A decision about several subjects names a contract for each. */
export function isContract(records: Records): records is AnyContract {
  return typeof records.type === 'string';
}
