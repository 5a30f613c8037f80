/** Carries out a command: load, decide, append, and again if the subject changed meanwhile. The whole write side. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Commit, Position } from '../event-log/event.js';
import type { AppendOptions, EventLog } from '../event-log/event-log.js';
import type { AppendOutcome } from '../event-log/contracts/upcasted-append.js';
import type { FoldState } from '../fold/fold-state.js';
import type { Command } from './decider.js';
import type { DecisionModel } from './decision-model.js';
import type { JointDecider } from './decide-together.js';
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
  command: Command<Context, Input>,
  input: Input,
  options: ExecuteOptions = {},
): Promise<Commit> {
  const model = decider.decisionModel(id);
  const { contentionMs = MAX_CONTENTION_MS, ...appendOptions } = options;
  const turns = turnsOf.get(log) ?? new Turns();
  turnsOf.set(log, turns);
  return turns.take(model.query, async () => {
    const giveUpAt = performance.now() + contentionMs;
    for (let longest = MIN_PAUSE_MS; ; longest = Math.min(2 * longest, MAX_PAUSE_MS)) {
      const outcome = await attempt(log, model, command, input, appendOptions);
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

/** Decides once, with the state as the log has it now, and appends what was decided if nothing about it has changed. */
async function attempt<Context, Input>(
  log: EventLog,
  model: DecisionModel<Context>,
  command: Command<Context, Input>,
  input: Input,
  options: Omit<AppendOptions, 'condition'>,
): Promise<AppendOutcome> {
  const known = options.commitId && (await log.find(options.commitId, options.fingerprint));
  if (known !== undefined) return { kind: 'recorded', commit: known };
  const after = await log.head();
  const state = await model.load(log, after);
  const refusal = model.refusal(state, command.records);
  if (refusal !== undefined) throw refusal;
  const events = command.decide(state, input);
  return log.tryAppend(events, { ...options, condition: { query: model.query, after } });
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
  const after = await log.head();
  return { state: await decider.decisionModel(id).load(log, after), after };
}
