/** Several subjects in one decision: a student may join a course only in view of both. */
import type { FoldState, StateValue } from '../fold/fold-state.js';
import type { DecisionModel } from './decision-model.js';

/** All that `execute` needs of whoever decides; a decider is one, too. */
export interface JointDecider<Id, Contexts> {
  readonly decisionModel: (id: Id) => DecisionModel<Contexts>;
}

/**
 * Puts decision models side by side, as the regions of a parallel state are: each is loaded from its own events,
 * all at one position of the log, and one append condition covers them all. A command is possible when every one
 * of them allows the event that it records; the first that does not, in the order written, says why.
 *
 * What concerns two of them is read twice.
 *
 * @param models by name, what a decision about this id rests on; another id may need more of them or fewer
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
