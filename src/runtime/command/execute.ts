/** Load, decide, append, and again if somebody else was faster: the whole write side in one function. */
import { AppendConditionFailed } from '../event-log/errors.js';
import type { Commit, Position } from '../event-log/event.js';
import type { AppendOptions, EventLog } from '../event-log/event-log.js';
import type { FoldState } from '../fold/fold-state.js';
import type { JointDecider } from './decide-together.js';
import type { Command } from './decider.js';

/** A subject that changes under more attempts than this is in trouble of another kind. */
const MAX_ATTEMPTS = 10;

/**
 * Carries the command out on its subject, or on its subjects together. A repeated commit id gets the first answer,
 * before anything is decided.
 *
 * A refusal is not remembered: nothing was recorded, so a retry is decided anew.
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
  const { query, load: loadAt, refusal } = decider.decisionModel(id);
  for (let attempt = 1; ; attempt += 1) {
    const first = options.commitId && (await log.find(options.commitId, options.fingerprint));
    if (first !== undefined) return first;
    const after = await log.head();
    const state = await loadAt(log, after);
    const refused = refusal(state, command.records);
    if (refused !== undefined) throw refused;
    try {
      return await log.append(command.decide(state, input), { ...options, condition: { query, after } });
    } catch (error) {
      if (!(error instanceof AppendConditionFailed) || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

export interface Loaded<Context> {
  readonly state: FoldState<Context>;
  /** The log's head when it was read: the state holds everything about the subject up to here. */
  readonly after: Position;
}

/** The subject's state as the log has it now. */
export async function load<Id, Context>(
  log: EventLog,
  decider: JointDecider<Id, Context>,
  id: Id,
): Promise<Loaded<Context>> {
  const after = await log.head();
  return { state: await decider.decisionModel(id).load(log, after), after };
}
