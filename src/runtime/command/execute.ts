/** Carries out a command: load, decide, append, and again if the subject changed meanwhile. The whole write side. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Commit, NewEvent, Position } from '../event-log/event.js';
import type { AppendOptions, EventLog } from '../event-log/event-log.js';
import type { CheckedEvents } from '../event-log/contracts/checked-events.js';
import { Problem } from '../http/kernel/problem.js';
import type { FoldState } from '../fold/fold-state.js';
import { probableEvents } from './chart.js';
import { eventsOf, nameOfCommand, type Commands, type Decides } from './commands.js';
import type { DecisionModel } from './decision-model.js';
import { jointModel, partOf, type JointDecider, type JointDecision } from './decide-together.js';
import {
  validInput,
  type AnyInputSchema,
  type InputOf,
  type InputSchema,
  type OutputOf,
} from './input-schema.js';
import { CommandContended, Turns } from './turns.js';

/** How long a command is decided again and again while others change its subject. */
const MAX_CONTENTION_MS = 5_000;

/** Between attempts there is a random pause up to this, doubled each time up to the second: processes get out of step. */
const MIN_PAUSE_MS = 1;
const MAX_PAUSE_MS = 100;

/** Of each log in this process. */
const turnsOf = new WeakMap<EventLog, Turns>();

export interface ExecuteOptions extends Omit<AppendOptions, 'condition'> {
  /** In milliseconds: how long the command is decided again while others change its subject. Default: 5,000. */
  readonly contentionMs?: number;
}

/** A decider with its commands. */
export interface Commanded<Id, Context, Schemas> extends JointDecider<Id, Context> {
  readonly commands: Commands<Context, Schemas, Id>;
}

/**
 * Commands about the same subject take turns within this process. Against other processes, and appends that are no commands,
 * the command is decided again when the subject has changed.
 *
 * A repeated commit id is answered with the commit that it first recorded, before anything is decided. A refusal is not
 * remembered: nothing was recorded, so a repetition is decided anew.
 *
 * @throws Problem the decider's refusal, when the state does not allow the command
 * @throws CommandContended when the subject changed during each attempt within the time, or 1,000 commands wait for it
 */
export function execute<Id, Context, Input>(
  log: EventLog,
  decider: JointDecider<Id, Context>,
  id: Id,
  command: Decides<Context, NoInfer<Input>, Id>,
  input: Input,
  options?: ExecuteOptions,
): Promise<Commit>;
/**
 * A command of the decider, by its name.
 *
 * @throws InvalidBody when its schema does not take the input; and as above
 */
export function execute<
  Id,
  Context,
  Schemas extends { readonly [Each in keyof Schemas]: AnyInputSchema },
  Name extends keyof Schemas,
>(
  log: EventLog,
  decider: Commanded<Id, Context, Schemas>,
  id: NoInfer<Id>,
  command: Name,
  input: InputOf<Schemas[Name]>,
  options?: ExecuteOptions,
): Promise<Commit>;
export async function execute(
  log: EventLog,
  decider: JointDecider<unknown, unknown>,
  id: unknown,
  command: string | Decides<unknown, unknown, unknown>,
  input: unknown,
  options: ExecuteOptions = {},
): Promise<Commit> {
  if (typeof command !== 'string')
    return decideWithClaims(log, decider.decisionModel(id), command, { input, id }, options);
  const { [command]: named } = (
    decider as unknown as { readonly commands: Readonly<Record<string, NamedCommand>> }
  ).commands;
  if (named === undefined) throw new Error(`there is no command ${command}`);
  const valid = await validInput(named.input, input);
  return decideWithClaims(log, decider.decisionModel(id), named, { input: valid, id }, options);
}

interface NamedCommand extends Decides<unknown, unknown, unknown> {
  readonly input: InputSchema<unknown, unknown>;
}

/**
 * Carries out a decision about several subjects.
 *
 * @throws InvalidBody when its schema does not take the input; and as `execute`
 */
export async function executeTogether<Contexts, Schema extends AnyInputSchema>(
  log: EventLog,
  { command, decisionModel }: JointDecision<Contexts, Schema>,
  input: InputOf<Schema>,
  options: ExecuteOptions = {},
): Promise<Commit> {
  const valid = await validInput<OutputOf<Schema>>(command.input, input);
  return decideWithClaims(log, decisionModel(valid), command, { input: valid, id: valid }, options);
}

/** The values that the command claims are further subjects of its decision. */
function decideWithClaims<Id, Context, Input>(
  log: EventLog,
  model: DecisionModel<Context>,
  command: Decides<Context, Input, Id>,
  { input, id }: { readonly input: Input; readonly id: Id },
  options: ExecuteOptions,
): Promise<Commit> {
  const decide = decisionOf(command, input, id);
  const claims = command.unique?.(input, id) ?? [];
  if (claims.length === 0) return decideAndAppend(log, model, decide, options);
  const claimed = Object.fromEntries(claims.map((claim, index) => [String(index), claim.model]));
  return decideAndAppend(
    log,
    jointModel({ subject: model, claims: jointModel(claimed) }),
    (joint, state, check) => {
      const decided = decide(model, partOf(state, 'subject'), check);
      if (decided instanceof Problem) return decided;
      const events = [...decided, ...claims.map(({ event }) => event)];
      if (joint.allowsAll(state, events)) return events;
      const checked = check(joint, state, events);
      return 'refusal' in checked ? checked.refusal : events;
    },
    options,
  );
}

/** What a decision comes to in a state: events, or why there are none. */
export type DecideIn<Context> = (
  model: DecisionModel<Context>,
  state: FoldState<Context>,
  check: Check,
) => readonly NewEvent[] | Problem;

/** Asks the chart, guards included, about events that are to be recorded. Gives the state after them. @throws ContractBroken */
export type Check = <Context>(
  model: Pick<DecisionModel<Context>, 'apply'>,
  state: FoldState<Context>,
  events: readonly NewEvent[],
) => ReturnType<DecisionModel<Context>['apply']>;

function decisionOf<Id, Context, Input>(
  command: Decides<Context, Input, Id>,
  input: Input,
  id: Id,
): DecideIn<Context> {
  return (model, state, check) => {
    const events = decideOne(command, { id, input }, model, state);
    if (events instanceof Problem || model.allowsAll(state, events)) return events;
    const checked = check(model, state, events);
    return 'refusal' in checked ? checked.refusal : events;
  };
}

/**
 * What one command decides in a state, before guards have seen the events; or why it is refused, by the chart or by the decider.
 *
 * @throws Error when its subject would never be folded from the events
 */
export function decideOne<Id, Context, Input>(
  command: Decides<Context, Input, Id>,
  { id, input }: { readonly id: Id; readonly input: Input },
  model: DecisionModel<Context>,
  state: FoldState<Context>,
): readonly NewEvent[] | Problem {
  const refusal = model.refusal(state, command.records);
  if (refusal !== undefined) return refusal;
  const decision = command.decide(state, input, id);
  if (decision instanceof Problem) return decision;
  const events = eventsOf(decision);
  const unrelated = model.unrelated(command.records, events);
  if (unrelated === undefined) return events;
  throw new Error(
    `${nameOfCommand(command)} would record ${unrelated}, so its subject would never change; nothing was recorded`,
  );
}

/** Takes turns, and decides again while the subject changes. @throws Problem the refusal */
export function decideAndAppend<Context>(
  log: EventLog,
  model: DecisionModel<Context>,
  decide: DecideIn<Context>,
  { contentionMs = MAX_CONTENTION_MS, ...options }: ExecuteOptions,
): Promise<Commit> {
  const turns = turnsOf.get(log) ?? new Turns();
  turnsOf.set(log, turns);
  return turns.take(model.query, async () => {
    const giveUpAt = performance.now() + contentionMs;
    for (let longest = MIN_PAUSE_MS; ; longest = Math.min(2 * longest, MAX_PAUSE_MS)) {
      const outcome = await attempt(log, model, decide, options);
      if (outcome.kind === 'recorded') return outcome.commit;
      if (performance.now() >= giveUpAt) {
        throw new CommandContended(
          `Others changed the subject during each attempt, last at position ${outcome.position}; nothing was recorded.`,
        );
      }
      await pause(Math.random() * longest);
    }
  });
}

type Attempt =
  | { readonly kind: 'recorded'; readonly commit: Commit }
  | { readonly kind: 'conflict'; readonly position: Position };

/** Decides once, with the state as the log has it now, and appends what was decided if nothing about it has changed. */
async function attempt<Context>(
  log: EventLog,
  model: DecisionModel<Context>,
  decide: DecideIn<Context>,
  options: Omit<AppendOptions, 'condition'>,
): Promise<Attempt> {
  const known = await recordedUnder(log, options);
  if (known !== undefined) return { kind: 'recorded', commit: known };
  const { state, after } = await loadModel(log, model);
  const { past } = log;
  let last: { readonly events: readonly NewEvent[]; readonly checked: CheckedEvents } | undefined;
  const decided = orRefusal(() =>
    decide(model, state, (of, from, events) => {
      const checked = log.check(events);
      last = { events, checked };
      return of.apply(from, probableEvents(checked, after));
    }),
  );
  if (decided instanceof Problem) {
    // What refuses it may be what another process has just recorded for the same request.
    const meanwhile = await recordedUnder(log, options);
    if (meanwhile === undefined) throw decided;
    return { kind: 'recorded', commit: meanwhile };
  }
  // What the guards have seen is what is recorded, and is not checked again.
  const events = last?.events === decided ? last.checked : decided;
  const outcome = await log.tryAppend(events, { ...options, condition: { query: model.query, after } });
  // A state of another past is none of this log.
  if (outcome.kind === 'recorded' && outcome.events !== undefined && log.past === past)
    model.keep(log, state, outcome.events, outcome.commit.last);
  return outcome;
}

/** The commit of this id, if there is one. @throws CommitIdReused when it was recorded for something else */
async function recordedUnder(
  log: EventLog,
  { commitId, fingerprint, formerId, otherFingerprint }: AppendOptions,
): Promise<Commit | undefined> {
  return commitId === undefined ? undefined : log.find(commitId, fingerprint, formerId, otherFingerprint);
}

/** What the work gives, or the problem that it throws. */
function orRefusal<Result>(work: () => Result): Result | Problem {
  try {
    return work();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

export interface LoadedSubject<Context> {
  readonly state: FoldState<Context>;
  /** The log's head when it was read: the state holds everything about the subject up to here. */
  readonly after: Position;
}

/** The subject's state as the log has it now. */
export async function load<Id, Context>(
  log: EventLog,
  decider: JointDecider<Id, Context>,
  id: Id,
): Promise<LoadedSubject<Context>> {
  return loadModel(log, decider.decisionModel(id));
}

async function loadModel<Context>(
  log: EventLog,
  model: DecisionModel<Context>,
): Promise<LoadedSubject<Context>> {
  const read = await log.head();
  const { past } = log;
  // A recent state may already hold what was recorded since, which then need not be folded again.
  const after = log.knownHead > read ? log.knownHead : read;
  const state = await model.load(log, after);
  // The log was found to have another past meanwhile, so the state may be of both.
  return log.past === past ? { state, after } : loadModel(log, model);
}
