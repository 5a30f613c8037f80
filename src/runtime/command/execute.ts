/** Carries out a command: load, decide, append, and again if the subject changed meanwhile. The whole write side. */
import { AppendConditionFailed } from '../event-log/errors.js';
import type { Commit, Position } from '../event-log/event.js';
import type { AppendOptions, EventLog } from '../event-log/event-log.js';
import type { FoldState } from '../fold/fold-state.js';
import type { Command } from './decider.js';
import type { JointDecider } from './decide-together.js';

/** A subject that changes during each of so many attempts is under more load than another attempt would help. */
const MAX_ATTEMPTS = 10;

/**
 * A repeated commit id is answered with the commit that it first recorded, before anything is decided. A refusal is not
 * remembered: nothing was recorded, so a repetition is decided anew.
 *
 * @throws Problem the decider's refusal, when the state does not allow the command
 * @throws AppendConditionFailed when the subject changed during each of 10 attempts
 */
export async function execute<Id, Context, Input>(
  log: EventLog,
  decider: JointDecider<Id, Context>,
  id: Id,
  command: Command<Context, Input>,
  input: Input,
  options: Omit<AppendOptions, 'condition'> = {},
): Promise<Commit> {
  const model = decider.decisionModel(id);
  for (let attempt = 1; ; attempt += 1) {
    const known = options.commitId && (await log.find(options.commitId, options.fingerprint));
    if (known !== undefined) return known;
    const after = await log.head();
    const state = await model.load(log, after);
    const refusal = model.refusal(state, command.records);
    if (refusal !== undefined) throw refusal;
    const events = command.decide(state, input);
    const outcome = await log.tryAppend(events, { ...options, condition: { query: model.query, after } });
    if (outcome.kind === 'recorded') return outcome.commit;
    if (attempt === MAX_ATTEMPTS) throw new AppendConditionFailed(outcome.position);
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
  const after = await log.head();
  return { state: await decider.decisionModel(id).load(log, after), after };
}
