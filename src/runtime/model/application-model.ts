/** Who records and who consumes which events, and which commands each state allows: read off the modules of an application, without starting it. */
import { isContract, type Records } from '../command/decision-model.js';
import type { AnyDecider } from '../command/decider.js';
import type { AnyCommand } from '../command/commands.js';
import type { JointDecision } from '../command/decide-together.js';
import type { AnyContract } from '../event-log/contracts/event-contract.js';
import type { AnyInputSchema } from '../command/input-schema.js';
import { contextsIn, type ContextParts, type Feature } from '../projection/module-definitions.js';
import { chartOf, type Chart } from './chart.js';

export interface ApplicationModel {
  readonly events: readonly EventInModel[];
  readonly contexts: readonly ContextInModel[];
}

export interface EventInModel {
  readonly type: string;
  readonly revision: number;
  /** Whether anybody may append it. */
  readonly open: boolean;
  /** Those of its current revision. */
  readonly examples: number;
  /** As in `decider account: deposit`, `context Numbers`, `upcaster of room.booked`. */
  readonly recordedBy: readonly string[];
  /** As in `projection sum`. */
  readonly consumedBy: readonly string[];
}

export interface ContextInModel {
  readonly name: string;
  readonly deciders: readonly DeciderInModel[];
  /** Decisions about several subjects. */
  readonly decisions: readonly { readonly name: string; readonly records: readonly string[] }[];
  readonly projections: readonly ConsumerInModel[];
  readonly entityProjections: readonly ConsumerInModel[];
  readonly readModels: readonly ConsumerInModel[];
  /** What it records beside its commands. */
  readonly records: readonly string[];
  readonly reliesOn: readonly { readonly event: string; readonly fields?: readonly string[] }[];
}

export interface ConsumerInModel {
  readonly name: string;
  readonly consumes: readonly string[];
}

export interface DeciderInModel extends ConsumerInModel {
  readonly commands: readonly { readonly name: string; readonly records: readonly string[] }[];
  readonly chart: Chart;
}

/** @param modules Nest modules: contexts, or the module of an application that imports them */
export function applicationModel(modules: readonly unknown[]): ApplicationModel {
  return modelOf(contextsIn(modules));
}

export function modelOf(parts: readonly ContextParts[]): ApplicationModel {
  const contexts = parts.map(contextInModel);
  const all = contractsOfContexts(parts);
  return {
    contexts,
    events: all.map(({ type, revision, open, examples }) => ({
      type,
      revision,
      open,
      examples: examples.length,
      recordedBy: [
        ...contexts.flatMap((context) => recordersIn(context, type)),
        ...all
          .filter(({ earlier }) =>
            earlier.some(({ upcaster }) => upcaster.yields.some((each) => each.type === type)),
          )
          .map((each) => `upcaster of ${each.type}`),
      ],
      consumedBy: contexts.flatMap((context) => consumersIn(context, type)),
    })),
  };
}

/** Those that they publish, record or consume, by type. */
export function contractsOfContexts(parts: readonly ContextParts[]): readonly AnyContract[] {
  const contracts = new Map<string, AnyContract>();
  for (const { features } of parts) {
    for (const contract of features.flatMap(contractsOf)) contracts.set(contract.type, contract);
  }
  return [...contracts.values()].toSorted((one, other) => (one.type < other.type ? -1 : 1));
}

/** Runtime events are its own matter. */
export const isOfRuntime = (type: string): boolean => type.startsWith('leftfold.');

export function isDecider(part: object): part is AnyDecider {
  return 'fold' in part && 'commands' in part && 'machine' in part;
}

export function isJointDecision(part: object): part is JointDecision<unknown, AnyInputSchema> {
  return 'kind' in part && part.kind === 'joint';
}

function contextInModel({ name, features }: ContextParts): ContextInModel {
  const deciders = features.flatMap((feature) => feature.deciders ?? []);
  return {
    name,
    deciders: deciders.filter(isDecider).map(deciderInModel),
    decisions: deciders
      .filter(isJointDecision)
      .map((decision) => ({ name: decision.name, records: recordedTypes(decision.command.records) })),
    projections: features.flatMap(({ projections }) => projections.map(consumerInModel)),
    entityProjections: features.flatMap(({ entityProjections = [] }) =>
      entityProjections.map(consumerInModel),
    ),
    readModels: features.flatMap(({ readModels = [] }) => readModels.map(consumerInModel)),
    records: features.flatMap(({ records = [] }) => records.map(({ type }) => type)),
    reliesOn: features.flatMap(({ reliesOn = [] }) =>
      reliesOn.map(({ event, fields }) => ({ event: event.type, ...(fields !== undefined && { fields }) })),
    ),
  };
}

const consumerInModel = ({
  name,
  consumes,
}: {
  readonly name: string;
  readonly consumes: readonly AnyContract[];
}): ConsumerInModel => ({ name, consumes: consumes.map(({ type }) => type) });

function deciderInModel(decider: AnyDecider): DeciderInModel {
  const commands = Object.entries(decider.commands as Readonly<Record<string, AnyCommand>>);
  return {
    ...consumerInModel(decider),
    commands: commands.map(([name, { records }]) => ({ name, records: recordedTypes(records) })),
    chart: chartOf(
      decider.machine,
      commands.map(([name, { records }]) => ({ name, type: isContract(records) ? records.type : undefined })),
    ),
  };
}

export function recordedTypes(records: Records): readonly string[] {
  return [...new Set(contractsOfRecords(records).map(({ type }) => type))];
}

function contractsOf({ contracts, projections, deciders = [] }: Feature): readonly AnyContract[] {
  const recorded = deciders
    .filter(isJointDecision)
    .flatMap(({ command }) => contractsOfRecords(command.records));
  const consumed = [...projections, ...deciders.filter(isDecider)].flatMap(({ consumes }) => consumes);
  return [...contracts, ...consumed, ...recorded];
}

export const contractsOfRecords = (records: Records): readonly AnyContract[] =>
  isContract(records) ? [records] : Object.values(records);

function recordersIn(context: ContextInModel, type: string): readonly string[] {
  return [
    ...context.deciders.flatMap(({ name, commands }) =>
      commands.filter(({ records }) => records.includes(type)).map((each) => `decider ${name}: ${each.name}`),
    ),
    ...context.decisions
      .filter(({ records }) => records.includes(type))
      .map(({ name }) => `decision ${name}`),
    ...(context.records.includes(type) ? [`context ${context.name}`] : []),
  ];
}

function consumersIn(context: ContextInModel, type: string): readonly string[] {
  const consume = ({ consumes }: ConsumerInModel): boolean => consumes.includes(type);
  const consumers = [
    ...context.deciders.filter(consume).map(({ name }) => `decider ${name}`),
    ...context.projections.filter(consume).map(({ name }) => `projection ${name}`),
    ...context.entityProjections.filter(consume).map(({ name }) => `entity projection ${name}`),
    ...context.readModels.filter(consume).map(({ name }) => `read model ${name}`),
  ];
  if (consumers.length > 0) return consumers;
  return context.reliesOn.some(({ event }) => event === type) ? [`context ${context.name}`] : [];
}
