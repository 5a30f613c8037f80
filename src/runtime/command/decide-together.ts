/** One decision about several subjects, such as a student and the course to join. */
import type { FoldState, StateValue } from '../fold/fold-state.js';
import type { DecisionModel } from './decision-model.js';

/** What `execute` needs of a decider: every `Decider` is one, and so is what `decideTogether` returns. */
export interface JointDecider<Id, Contexts> {
  readonly decisionModel: (id: Id) => DecisionModel<Contexts>;
}

/**
 * Combines decision models like the regions of a parallel state: each is loaded from its own events, all at one position of
 * the log, and one append condition covers them all. A command is allowed if every model allows the event that it records;
 * otherwise the first model that does not, in the order written, gives the refusal.
 *
 * An event that concerns two of the models is read twice.
 *
 * @param models by name, those that a decision about this id depends on; their number may depend on the id
 * @returns a decider whose state has the value and the context of each model under its name
 */
export function decideTogether<Id, Contexts extends object>(
  models: (id: Id) => { readonly [Name in keyof Contexts]: DecisionModel<Contexts[Name]> },
): JointDecider<Id, Contexts> {
  return {
    decisionModel: (id) => {
      const parts = Object.entries(models(id)) as readonly (readonly [string, DecisionModel<unknown>])[];
      return {
        query: parts.flatMap(([, model]) => model.query),
        load: async (log, through) => {
          const states = await Promise.all(
            parts.map(async ([name, model]) => [name, await model.load(log, through)] as const),
          );
          return {
            value: Object.fromEntries(states.map(([name, { value }]) => [name, value])),
            context: Object.fromEntries(states.map(([name, { context }]) => [name, context])) as Contexts,
          };
        },
        refusal: (state, records) => {
          for (const [name, model] of parts) {
            const refusal = model.refusal(partOf(state, name), records);
            if (refusal !== undefined) return refusal;
          }
          return undefined;
        },
      };
    },
  };
}

function partOf({ value, context }: FoldState, name: string): FoldState {
  return {
    value: (value as Readonly<Record<string, StateValue>>)[name] ?? '',
    context: (context as Readonly<Record<string, unknown>>)[name],
  };
}
