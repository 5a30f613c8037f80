/** Several commands as one commit: all are recorded or none. */
import { NO_TAGS, START, type Commit, type NewEvent } from '../event-log/event.js';
import type { AppendOptions, EventLog } from '../event-log/event-log.js';
import { matches } from '../event-log/query.js';
import type { FoldState } from '../fold/fold-state.js';
import { Problem } from '../http/kernel/problem.js';
import { allowsAny, forbids, mayAccept, probableEvents } from './chart.js';
import { eventsOf, type Decides } from './commands.js';
import type { Decider } from './decider.js';
import { isContract, type DecisionModel } from './decision-model.js';
import { jointModel, partOf } from './decide-together.js';
import { decideAndAppend, decideOne, type ExecuteOptions } from './execute.js';

export interface ManyItem<Id, Input> {
  readonly id: Id;
  readonly input: Input;
}

/** One of the subjects, in the state that the items so far have made. */
interface DecidedSubject<Context> {
  readonly model: DecisionModel<Context>;
  readonly state: FoldState<Context>;
  /** How many of the events that were decided so far are in the state. */
  readonly folded: number;
}

/**
 * Decides the inputs in their order, each in the state that the ones before it make.
 *
 * @throws Problem the refusal of the first that is refused; then nothing is recorded
 * @throws Error for a command that claims unique values
 */
export async function executeMany<Id, Context, Input>(
  log: EventLog,
  decider: { readonly decisionModel: (id: Id) => DecisionModel<Context> },
  command: Decides<Context, Input, Id>,
  items: readonly ManyItem<Id, Input>[],
  options: ExecuteOptions = {},
): Promise<Commit> {
  requireNoClaims(command);
  // The id of a decision about several subjects is its input: an object, which is equal to no other.
  const models = new Map<Id, DecisionModel<Context>>();
  for (const { id } of items) if (!models.has(id)) models.set(id, decider.decisionModel(id));
  return decideAndAppend(
    log,
    jointModel(Object.fromEntries([...models.values()].entries())),
    (_joint, state, check) => {
      const subjects = new Map<Id, DecidedSubject<Context>>();
      for (const [index, [id, model]] of [...models].entries())
        subjects.set(id, { model, state: partOf(state, String(index)), folded: 0 });
      const events: NewEvent[] = [];
      for (const item of items) {
        const subject = subjects.get(item.id);
        if (subject === undefined) throw new Error('each item has a model');
        const { model } = subject;
        let { state: before } = subject;
        // Items about other subjects may have events about this one, too.
        const others = events
          .slice(subject.folded)
          .filter(({ type, tags = NO_TAGS }) => matches(model.query, { type, tags, revision: 1 }));
        if (others.length > 0) {
          const applied = check(model, before, others);
          if ('refusal' in applied) return applied.refusal;
          before = applied.state;
        }
        const decided = decideOne(command, item, model, before);
        if (decided instanceof Problem) return decided;
        const checked = check(model, before, decided);
        if ('refusal' in checked) return checked.refusal;
        events.push(...decided);
        subjects.set(item.id, { model, state: checked.state, folded: events.length });
      }
      return events;
    },
    options,
  );
}

/**
 * Creates subjects that are named by the positions of the events that create them: one event for each input, in their order, so the first is named by
 * the commit's `first`. There is nothing yet that the decision could depend on, so it has no condition. The inputs are not validated.
 *
 * @throws Problem the refusal of the first that is refused; then nothing is recorded
 */
export async function createAtPositions<Id, Context, Input>(
  log: EventLog,
  { name, fold, refusal }: Pick<Decider<Id, Context>, 'name' | 'fold' | 'refusal'>,
  command: Decides<Context, Input, Id>,
  inputs: readonly Input[],
  options: Omit<AppendOptions, 'condition'> = {},
): Promise<Commit> {
  requireNoClaims(command);
  const { records } = command;
  const none = START as Id;
  if (isContract(records) && !mayAccept(fold, fold.initial, records.type))
    throw refusal(fold.initial, none, records);
  const events = inputs.map((input) => {
    const decision = command.decide(fold.initial, input, none);
    if (decision instanceof Problem) throw decision;
    const [event, ...others] = eventsOf(decision);
    if (event === undefined || others.length > 0)
      throw new Error(`decider ${name}: a subject that is named by a position is created by one event`);
    return event;
  });
  if (!events.every(({ type }) => allowsAny(fold, fold.initial, type))) {
    const checked = log.check(events);
    for (const event of probableEvents(checked, START)) {
      if (isContract(records) && forbids(fold, fold.initial, event))
        throw refusal(fold.initial, none, records);
      // What fails here would fail whenever the subject is folded.
      fold.step(fold.initial, event);
    }
    return log.appendChecked(checked, options);
  }
  return log.append(events, options);
}

/** Neither of the two records what a command claims, nor asks whether it is free. */
function requireNoClaims({ unique }: Pick<Decides<never, never, never>, 'unique'>): void {
  if (unique !== undefined)
    throw new Error(
      'a command that claims unique values is carried out alone, about a subject that has an id',
    );
}
