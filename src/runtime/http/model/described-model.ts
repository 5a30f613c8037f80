/** The contexts of an application as they are answered: what their deciders, projections and events are, and where they are served. */
import { z } from 'zod';
import type { AnyCommand } from '../../command/commands.js';
import { creatingCommands, type AnyDecider } from '../../command/decider.js';
import { jsonSchemaOf } from '../../command/input-schema.js';
import type { AnyContract, EarlierRevision } from '../../event-log/contracts/event-contract.js';
import type { Json } from '../../event-log/event.js';
import { statesOf, type MachineState } from '../../fold/machine-states.js';
import {
  contractsOfContexts,
  isDecider,
  isJointDecision,
  modelOf,
  recordedTypes,
  type ConsumerInModel,
  type EventInModel,
} from '../../model/application-model.js';
import type { EntityProjectionDefinition } from '../../projection/entities/define-entity-projection.js';
import type { ContextParts, Feature } from '../../projection/module-definitions.js';
import { placeOfDecision, placesOf } from '../commands/routes.js';
import type { JsonSchema } from '../kernel/api-schema.js';
import type { Links } from '../kernel/links.js';
import { pathOf } from '../kernel/paths.js';
import { entityTag, subjectTags } from './subject-tags.js';

export interface DescribedModel {
  readonly events: readonly DescribedEvent[];
  readonly contexts: readonly DescribedContext[];
}

export interface DescribedEvent extends Omit<EventInModel, 'examples'> {
  /** Of the current revision. */
  readonly schema: JsonSchema;
  /** Their data. */
  readonly examples: readonly Json[];
  /** Oldest first. */
  readonly earlier: readonly DescribedRevision[];
}

export interface DescribedRevision {
  readonly revision: number;
  readonly schema: JsonSchema;
  /** What an event of it may become, as in `number.recorded@2`. */
  readonly upcast: readonly string[];
}

/** Paths are those of the application, with names of parameters in braces; absent where it is not served. */
export interface DescribedContext {
  readonly name: string;
  readonly deciders: readonly DescribedDecider[];
  readonly decisions: readonly DescribedDecision[];
  readonly projections: readonly DescribedConsumer[];
  readonly entityProjections: readonly DescribedEntities[];
  readonly readModels: readonly ConsumerInModel[];
  /** What it records beside its commands. */
  readonly records: readonly string[];
}

export interface DescribedConsumer extends ConsumerInModel {
  readonly path?: string;
}

export interface DescribedDecider extends DescribedConsumer {
  /** What its subjects are named by: texts, or the position of the event that creates each. */
  readonly ids: 'text' | 'position';
  /** Those of the events about a subject, as in `account:{id}`; absent where they cannot be told by tags alone. */
  readonly tags?: readonly string[];
  readonly states: readonly MachineState[];
  readonly commands: readonly DescribedCommand[];
}

export interface DescribedCommand {
  readonly name: string;
  readonly creates: boolean;
  readonly method?: 'POST';
  readonly path?: string;
  readonly input: JsonSchema;
  readonly records: readonly string[];
}

export interface DescribedDecision extends Omit<DescribedCommand, 'creates'> {
  readonly path?: string;
}

export interface DescribedEntities extends DescribedConsumer {
  /** The members of the view that lists can be filtered and sorted by. */
  readonly index: readonly string[];
  readonly hasPast: boolean;
  /** That of the events of an entity, as in `order:{key}`. */
  readonly tag?: string;
}

export function describedModel(
  parts: readonly ContextParts[],
  links: Pick<Links, 'runtime'>,
): DescribedModel {
  const { events } = modelOf(parts);
  const contracts = new Map(contractsOfContexts(parts).map((contract) => [contract.type, contract]));
  return {
    events: events.flatMap((event) => {
      const contract = contracts.get(event.type);
      return contract === undefined ? [] : [describedEvent(event, contract)];
    }),
    contexts: parts.map((context) => describedContext(context, links)),
  };
}

function describedEvent(event: EventInModel, contract: AnyContract): DescribedEvent {
  const { type, earlier, schema, examples } = contract;
  return {
    ...event,
    schema: z.toJSONSchema(schema),
    examples: examples.map(({ data }) => data as Json),
    earlier: earlier.map((revision) => describedRevision(type, revision)),
  };
}

function describedRevision(type: string, { revision, schema, upcaster }: EarlierRevision): DescribedRevision {
  return {
    revision,
    schema: z.toJSONSchema(schema),
    upcast: [`${type}@${revision + 1}`, ...upcaster.yields.map((other) => `${other.type}@${other.revision}`)],
  };
}

function describedContext({ name, features }: ContextParts, links: Pick<Links, 'runtime'>): DescribedContext {
  const at = (path: string): { readonly path: string } => ({ path: links.runtime(`/${path}`) });
  return {
    name,
    deciders: features.flatMap((feature) =>
      (feature.deciders ?? []).filter(isDecider).map((each) => describedDecider(each, feature, at)),
    ),
    decisions: features.flatMap(({ deciders = [], http = false }) =>
      deciders.filter(isJointDecision).map((decision) => {
        const path = http ? placeOfDecision(decision) : undefined;
        return { name: decision.name, ...describedCommand(decision.command as AnyCommand, path, at) };
      }),
    ),
    projections: features.flatMap(({ projections, http = false }) =>
      projections.map((each) => ({ ...consumer(each), ...(http && at(pathOf(each))) })),
    ),
    entityProjections: features.flatMap(({ entityProjections = [], http = false }) =>
      entityProjections.map((each) => ({ ...describedEntities(each), ...(http && at(pathOf(each))) })),
    ),
    readModels: features.flatMap(({ readModels = [] }) => readModels.map(consumer)),
    records: features.flatMap(({ records = [] }) => records.map(({ type }) => type)),
  };
}

type At = (path: string) => { readonly path: string };

function describedDecider(decider: AnyDecider, { http = false }: Feature, at: At): DescribedDecider {
  const places = http ? placesOf(decider) : undefined;
  const creating = creatingCommands(decider);
  const tags = subjectTags(decider);
  const commands = Object.entries(decider.commands as Readonly<Record<string, AnyCommand>>);
  return {
    ...consumer(decider),
    ...(places !== undefined && at(places.path)),
    ids: decider.ids.kind,
    ...(tags !== undefined && { tags }),
    states: statesOf(decider.machine),
    commands: commands.map(([name, command]) => ({
      name,
      creates: creating.includes(name),
      ...describedCommand(command, places?.commands.get(name), at),
    })),
  };
}

function describedCommand(
  { input, records }: AnyCommand,
  path: string | undefined,
  at: At,
): Omit<DescribedCommand, 'name' | 'creates'> {
  return {
    ...(path !== undefined && { method: 'POST' as const, ...at(path) }),
    input: jsonSchemaOf(input),
    records: recordedTypes(records),
  };
}

function describedEntities(definition: EntityProjectionDefinition): Omit<DescribedEntities, 'path'> {
  const tag = entityTag(definition);
  return {
    ...consumer(definition),
    index: Object.keys(definition.index),
    hasPast: definition.tag !== undefined,
    ...(tag !== undefined && { tag }),
  };
}

const consumer = ({
  name,
  consumes,
}: {
  readonly name: string;
  readonly consumes: readonly AnyContract[];
}): ConsumerInModel => ({ name, consumes: consumes.map(({ type }) => type) });
