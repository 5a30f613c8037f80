/** The write side: (state of what the command is about, command) → events or a refusal. */
import type { AnyStateMachine, ContextFrom } from 'xstate';
import type { AnyContract } from '../event-log/event-contract.js';
import type { NewEvent, Position, Query } from '../event-log/event.js';
import type { Problem } from '../http/problem.js';
import type { Fold, FoldState } from '../projection/fold-state.js';
import { foldOf } from '../projection/fold.js';

/** The events that a command's subject is made of. */
export interface Subject {
  /** Everything that concerns the subject; nothing of it may be recorded between deciding and appending. */
  readonly query: Query;
  /** The event that brought the subject about, where the subject is named after that event's position. */
  readonly origin?: Position;
}

export interface Command<Context, Input> {
  /** The event that carrying it out records. The state's machine says whether that is possible now. */
  readonly records: AnyContract;
  readonly decide: (state: FoldState<Context>, input: Input) => readonly NewEvent[];
}

export interface Decider<Id, Context> {
  readonly name: string;
  readonly fold: Fold<Context>;
  readonly consumes: readonly AnyContract[];
  readonly subject: (id: Id) => Subject;
  /** Why a command is impossible in this state. */
  readonly refusal: (state: FoldState<Context>, id: Id) => Problem;
}

/** @throws Error at start-up when the machine is not pure (by name of the state) */
export function defineDecider<Machine extends AnyStateMachine, Id>(definition: {
  readonly name: string;
  readonly machine: Machine;
  readonly consumes: readonly AnyContract[];
  readonly subject: (id: Id) => Subject;
  readonly refusal: (state: FoldState<ContextFrom<Machine>>, id: Id) => Problem;
}): Decider<Id, ContextFrom<Machine>> {
  const { machine, ...rest } = definition;
  return { ...rest, fold: foldOf<ContextFrom<Machine>>(machine) };
}

/** Whether the state's machine allows the command now. */
export function allows<Id, Context>(
  decider: Decider<Id, Context>,
  state: FoldState<Context>,
  command: { readonly records: AnyContract },
): boolean {
  return decider.fold.accepts(state, { type: command.records.type });
}
