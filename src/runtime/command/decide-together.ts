/** One decision about several subjects, such as a student and the course to join. */
import type { FoldState, StateValue } from '../fold/fold-state.js';
import type { AnyContract } from '../event-log/contracts/event-contract.js';
import { nameCommand, requireNoClaimsInArrays, type CommandDefinition } from './commands.js';
import { isContract, type DecisionModel, type Records } from './decision-model.js';
import { jsonSchemaOf, type AnyInputSchema, type OutputOf } from './input-schema.js';

/** What `execute` needs of a decider: every `Decider` is one, and so is what `decideTogether` returns. */
export interface JointDecider<Id, Contexts> {
  readonly decisionModel: (id: Id) => DecisionModel<Contexts>;
}

/** A decision about several subjects that is served: its one command, whose input names the subjects. */
export interface JointDecision<Contexts, Schema extends AnyInputSchema> extends JointDecider<
  OutputOf<Schema>,
  Contexts
> {
  readonly kind: 'joint';
  readonly name: string;
  readonly command: CommandDefinition<Contexts, Schema, OutputOf<Schema>>;
}

/** The models that a decision depends on, by name. */
export type ModelsOf<Contexts> = { readonly [Name in keyof Contexts]: DecisionModel<Contexts[Name]> };

export interface JointDefinition<Contexts, Schema extends AnyInputSchema> extends Omit<
  CommandDefinition<Contexts, Schema, OutputOf<Schema>>,
  'records'
> {
  /** Lower case, as in a URL: it is served as `POST /<name>`, unless `http.path` says otherwise. */
  readonly name: string;
  /** The decision models of the subjects that the input names. */
  readonly models: (input: OutputOf<Schema>) => ModelsOf<Contexts>;
  /** The event that each model must allow. One that is not named must allow nothing. */
  readonly records: { readonly [Name in keyof NoInfer<Contexts>]?: AnyContract };
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
  models: (id: Id) => ModelsOf<Contexts>,
): JointDecider<Id, Contexts>;
/**
 * The same with a name and its one command, for `forFeature` and `execute(log, decision, input)`.
 *
 * @throws Error at start-up when the input is no JSON, or it claims unique values and takes arrays
 */
export function decideTogether<Schema extends AnyInputSchema, Contexts extends object>(
  definition: JointDefinition<Contexts, Schema>,
): JointDecision<Contexts, Schema>;
export function decideTogether<Contexts extends object>(
  given: ((id: unknown) => ModelsOf<Contexts>) | JointDefinition<Contexts, AnyInputSchema>,
): JointDecider<unknown, Contexts> | JointDecision<Contexts, AnyInputSchema> {
  if (typeof given === 'function') return { decisionModel: (id: unknown) => jointModel(given(id)) };
  const { name, models, records, ...rest } = given;
  const command = { ...rest, records: records as Readonly<Record<string, AnyContract>> };
  nameCommand(command, `decision ${name}`);
  requireNoClaimsInArrays(`decision ${name}`, command);
  try {
    jsonSchemaOf(command.input);
  } catch (error) {
    throw new Error(`decision ${name}: its input must describe JSON: ${(error as Error).message}`, {
      cause: error,
    });
  }
  return {
    kind: 'joint',
    name,
    command,
    decisionModel: (input: unknown) => jointModel(models(input)),
  };
}

export function jointModel<Contexts extends object>(models: ModelsOf<Contexts>): DecisionModel<Contexts> {
  const parts = Object.entries(models) as readonly (readonly [string, DecisionModel<unknown>])[];
  return {
    query: parts.flatMap(([, model]) => model.query),
    load: async (log, through) => {
      const states = await Promise.all(
        parts.map(async ([name, model]) => [name, await model.load(log, through)] as const),
      );
      return togetherAs<Contexts>(states);
    },
    allowsAll: (state, events) =>
      parts.every(([name, model]) => model.allowsAll(partOf(state, name), events)),
    unrelated: (records, events) => {
      // A model that the command records nothing about is only read.
      const all = parts
        .filter(([name]) => isContract(records) || Object.hasOwn(records, name))
        .map(([name, model]) => model.unrelated(recordsOf(records, name), events));
      // One event for all of the models may be about some of them only.
      const isFolded = isContract(records) && all.includes(undefined);
      return isFolded ? undefined : all.find((each) => each !== undefined);
    },
    refusal: (state, records) => {
      for (const [name, model] of parts) {
        const refusal = model.refusal(partOf(state, name), recordsOf(records, name));
        if (refusal !== undefined) return refusal;
      }
      return undefined;
    },
    apply: (state, events) => {
      const states: (readonly [string, FoldState])[] = [];
      for (const [name, model] of parts) {
        const applied = model.apply(partOf(state, name), events);
        if ('refusal' in applied) return applied;
        states.push([name, applied.state]);
      }
      return { state: togetherAs<Contexts>(states) };
    },
    keep: (log, state, events, through) => {
      for (const [name, model] of parts) model.keep(log, partOf(state, name), events, through);
    },
  };
}

function recordsOf(records: Records, name: string): Records {
  if (isContract(records)) return records;
  return (Object.hasOwn(records, name) ? records[name] : undefined) ?? {};
}

function togetherAs<Contexts>(states: readonly (readonly [string, FoldState])[]): FoldState<Contexts> {
  return {
    value: Object.fromEntries(states.map(([name, { value }]) => [name, value])),
    context: Object.fromEntries(states.map(([name, { context }]) => [name, context])) as Contexts,
  };
}

/** The state of one model in that of all. */
export function partOf<Context = unknown>({ value, context }: FoldState, name: string): FoldState<Context> {
  return {
    value: (value as Readonly<Record<string, StateValue>>)[name] ?? '',
    context: (context as Readonly<Record<string, Context>>)[name] as Context,
  };
}
