/** Several commands as one commit: all are recorded or none. */
import { START, type Commit, type NewEvent } from '../event-log/event.js';
import type { AppendOptions, EventLog } from '../event-log/event-log.js';
import { checkEvents } from '../event-log/contracts/checked-events.js';
import type { Fold } from '../fold/fold-state.js';
import { Problem } from '../http/kernel/problem.js';
import { forbids, mayAccept, probableEvents } from './chart.js';
import { eventsOf, type Decides } from './commands.js';
import type { AnyDecider } from './decider.js';
import { isContract, type DecisionModel } from './decision-model.js';
import { jointModel, partOf } from './decide-together.js';
import { decideAndAppend, type ExecuteOptions } from './execute.js';

export interface ManyItem<Id, Input> {
  readonly id: Id;
  readonly input: Input;
}

/**
 * Decides the inputs in their order, each in the state that the ones before it make.
 *
 * @throws Problem the refusal of the first that is refused; then nothing is recorded
 */
export function executeMany<Id, Context, Input>(
  log: EventLog,
  decider: { readonly decisionModel: (id: Id) => DecisionModel<Context> },
  command: Decides<Context, Input, Id>,
  items: readonly ManyItem<Id, Input>[],
  options: ExecuteOptions = {},
): Promise<Commit> {
  const models: Record<string, DecisionModel<Context>> = Object.create(null) as Record<string, never>;
  for (const { id } of items) models[String(id)] ??= decider.decisionModel(id);
  return decideAndAppend(
    log,
    jointModel(models),
    (_joint, state, check) => {
      const states = new Map(
        Object.keys(models).map((name) => [name, partOf<Context>(state, name)] as const),
      );
      const events: NewEvent[] = [];
      for (const { id, input } of items) {
        const model = models[String(id)];
        const before = states.get(String(id));
        if (model === undefined || before === undefined) throw new Error('each item has a model');
        const refusal = model.refusal(before, command.records);
        if (refusal !== undefined) return refusal;
        const decision = command.decide(before, input, id);
        if (decision instanceof Problem) return decision;
        const decided = eventsOf(decision);
        const checked = check(model, before, decided);
        if ('refusal' in checked) return checked.refusal;
        states.set(String(id), checked.state);
        events.push(...decided);
      }
      return events;
    },
    options,
  );
}

/**
 * Creates subjects that are named by the positions of the events that create them: one event for each input. There is nothing yet
 * that the decision could depend on, so it has no condition.
 *
 * @throws Problem the refusal of the first that is refused; then nothing is recorded
 */
export async function createAtPositions<Input>(
  log: EventLog,
  { name, fold, refusal }: AnyDecider,
  command: Decides<unknown, Input, unknown>,
  inputs: readonly Input[],
  options: Omit<AppendOptions, 'condition'> = {},
): Promise<Commit> {
  const { records } = command;
  if (isContract(records) && !mayAccept(fold, fold.initial, records.type))
    throw refusal(fold.initial, START, records);
  const events = inputs.map((input) => {
    const decision = command.decide(fold.initial, input, START);
    if (decision instanceof Problem) throw decision;
    const [event, ...others] = eventsOf(decision);
    if (event === undefined || others.length > 0)
      throw new Error(`decider ${name}: a subject that is named by a position is created by one event`);
    return event;
  });
  if (isContract(records) && !areAccepted(log, fold, events)) throw refusal(fold.initial, START, records);
  return log.append(events, options);
}

/** @throws ContractBroken for events that the machine cannot be asked about since they break their contract */
function areAccepted(log: EventLog, fold: Fold, events: readonly NewEvent[]): boolean {
  try {
    return !probableEvents(events, START, log.contracts).some((event) => forbids(fold, fold.initial, event));
  } catch (error) {
    checkEvents(log.contracts, events);
    throw error;
  }
}
