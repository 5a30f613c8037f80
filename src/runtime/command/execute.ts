/** Load, decide, append, and again if somebody else was faster: the whole write side in one function. */
import { AppendConditionFailed } from '../event-log/errors.js';
import { START, position, type Commit, type Position } from '../event-log/event.js';
import type { AppendOptions, EventLog } from '../event-log/event-log.js';
import { ofTypes } from '../event-log/query.js';
import type { FoldState } from '../projection/fold-state.js';
import { allows, type Command, type Decider } from './decider.js';

/** A subject that changes under more attempts than this is in trouble of another kind. */
const MOST_ATTEMPTS = 10;

/**
 * Carries the command out on its subject. A repeated commit id gets the first answer, before anything is decided.
 *
 * A refusal is not remembered: nothing was recorded, so a retry is decided anew.
 *
 * @throws Problem the decider's refusal, when the state does not allow the command
 * @throws AppendConditionFailed when the subject changed during each of 10 attempts
 */
export async function execute<Id, Context, Input>(
  log: EventLog,
  decider: Decider<Id, Context>,
  id: Id,
  command: Command<Context, Input>,
  input: Input,
  options: Omit<AppendOptions, 'condition'> = {},
): Promise<Commit> {
  for (let attempt = 1; ; attempt += 1) {
    const first = options.commitId && (await log.find(options.commitId, options.fingerprint));
    if (first !== undefined) return first;
    const { state, after } = await load(log, decider, id);
    if (!allows(decider, state, command)) throw decider.refusal(state, id);
    try {
      const condition = { query: decider.subject(id).query, after };
      return await log.append(command.decide(state, input), { ...options, condition });
    } catch (error) {
      if (!(error instanceof AppendConditionFailed) || attempt === MOST_ATTEMPTS) throw error;
    }
  }
}

export interface Loaded<Context> {
  readonly state: FoldState<Context>;
  /** The log's head when it was read: the state holds everything about the subject up to here. */
  readonly after: Position;
}

/** The subject's state as the log has it now. Unlike a projection's it never lags behind. */
export async function load<Id, Context>(
  log: EventLog,
  decider: Decider<Id, Context>,
  id: Id,
): Promise<Loaded<Context>> {
  const { query, origin } = decider.subject(id);
  const { fold } = decider;
  const consumed = decider.consumes.map((contract) => contract.type);
  const after = await log.head();
  let state = fold.initial;
  const ranges = [
    ...(origin !== undefined && origin > START
      ? [
          log.read([{ types: consumed }], {
            after: position(origin - 1),
            through: origin < after ? origin : after,
          }),
        ]
      : []),
    log.read(ofTypes(consumed, query), { after: origin ?? START, through: after }),
  ];
  for (const pages of ranges) {
    for await (const page of pages) {
      for (const event of page) state = fold.step(state, event);
    }
  }
  return { state, after };
}
