/** The write side: (state of what the command is about, command) → events or a refusal. */
import type { AnyContract } from '../event-log/contracts/event-contract.js';
import type { NewEvent } from '../event-log/event.js';
import type { Problem } from '../http/kernel/problem.js';
import type { Fold, FoldState } from '../fold/fold-state.js';
import { foldOf, type ContextOf, type Machine } from '../fold/fold.js';
import { foldSubject, type DecisionModel, type Subject } from './decision-model.js';

export interface Command<Context, Input> {
  /**
   * The event that the command records. The command is allowed if the state's machine has a transition for it; since there is
   * no event yet, guards may look at the context only.
   */
  readonly records: AnyContract;
  /**
   * The events to record, in a state that allows the command.
   *
   * @throws Problem when the input is not possible in this state; then nothing is recorded
   */
  readonly decide: (state: FoldState<Context>, input: Input) => readonly NewEvent[];
}

export interface Decider<Id, Context> {
  readonly name: string;
  readonly fold: Fold<Context>;
  readonly consumes: readonly AnyContract[];
  readonly subject: (id: Id) => Subject;
  /** Why the event may not be recorded in this state, which has no transition for it. */
  readonly refusal: (state: FoldState<Context>, id: Id, records: AnyContract) => Problem;
  /**
   * What a decision about this subject depends on.
   *
   * @param mustAllow the event that the subject must allow, where a command records several events about several
   *   subjects. Default: the one that the command names
   */
  readonly decisionModel: (id: Id, mustAllow?: AnyContract) => DecisionModel<Context>;
}

/** @throws Error at start-up when the machine is not pure (by name of the state) */
export function defineDecider<Deciding extends Machine, Id>(definition: {
  readonly name: string;
  readonly machine: Deciding;
  readonly consumes: readonly AnyContract[];
  readonly subject: (id: Id) => Subject;
  readonly refusal: (state: FoldState<ContextOf<Deciding>>, id: Id, records: AnyContract) => Problem;
}): Decider<Id, ContextOf<Deciding>> {
  const { machine, ...rest } = definition;
  const fold = foldOf<ContextOf<Deciding>>(machine);
  return {
    ...rest,
    fold,
    decisionModel: (id, mustAllow) => {
      const subject = rest.subject(id);
      return {
        query: subject.query,
        load: (log, through) => foldSubject(log, fold, rest.consumes, subject, through),
        refusal: (state, named) => {
          const records = mustAllow ?? named;
          return fold.accepts(state, { type: records.type }) ? undefined : rest.refusal(state, id, records);
        },
      };
    },
  };
}

/** Whether the state's machine allows the command now. */
export function allows<Id, Context>(
  decider: Decider<Id, Context>,
  state: FoldState<Context>,
  command: { readonly records: AnyContract },
): boolean {
  return decider.fold.accepts(state, { type: command.records.type });
}
