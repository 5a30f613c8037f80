/** Which events are those of an application: what its contexts record, and not what they consume of others. */
import type { AnyCommand } from '../command/commands.js';
import type { AnyContract } from '../event-log/contracts/event-contract.js';
import type { Publisher } from '../event-log/contracts/publishing/changed-in-place.js';
import { contextsIn, type Feature } from '../projection/module-definitions.js';
import { contractsOfRecords, isDecider, isJointDecision, isOfRuntime } from './application-model.js';

export interface OwnContracts {
  readonly own: readonly Publisher[];
  /** Named in `contracts` and consumed, while nobody records them: most likely those of another application. */
  readonly unrecorded: readonly AnyContract[];
}

/**
 * Own is what commands or `records` name, what their upcasters yield, what anybody may append, and what is named in `contracts` while nobody
 * consumes it: that may be recorded later.
 *
 * @param modules Nest modules: contexts, or the module of an application that imports them
 */
export function ownContractsIn(modules: readonly unknown[]): OwnContracts {
  const parts = contextsIn(modules);
  const features = parts.flatMap((context) => context.features);
  const consumed = new Set(features.flatMap(consumedBy).map(({ type }) => type));
  const recorded = new Set(features.flatMap(recordedBy).map(({ type }) => type));
  const isForeign = ({ type, open }: AnyContract): boolean =>
    consumed.has(type) && !recorded.has(type) && !open;
  const own = parts.flatMap(({ name, features: ofContext }) =>
    ofContext
      .flatMap((feature) => [
        ...recordedBy(feature),
        ...(feature.named ?? []).filter((each) => !isForeign(each)),
      ])
      .map((contract) => ({ context: name, contract })),
  );
  const seen = new Set<AnyContract>();
  return {
    own: own.filter(
      ({ contract }) => !isOfRuntime(contract.type) && !seen.has(contract) && seen.add(contract),
    ),
    unrecorded: [...new Set(features.flatMap(({ named = [] }) => named).filter(isForeign))],
  };
}

function recordedBy({ records = [], deciders = [] }: Feature): readonly AnyContract[] {
  const ofCommands = deciders
    .filter(isDecider)
    .flatMap(({ commands }) => Object.values(commands as Readonly<Record<string, AnyCommand>>));
  const ofDecisions = deciders.filter(isJointDecision).map(({ command }) => command);
  const recorded = [
    ...records,
    ...[...ofCommands, ...ofDecisions].flatMap((command) => contractsOfRecords(command.records)),
  ];
  return [...recorded, ...recorded.flatMap(yieldedBy)];
}

const yieldedBy = ({ earlier }: AnyContract): readonly AnyContract[] =>
  earlier.flatMap(({ upcaster }) => upcaster.yields);

const consumedBy = ({
  projections,
  entityProjections = [],
  readModels = [],
  deciders = [],
  reliesOn = [],
}: Feature): readonly AnyContract[] => [
  ...[...projections, ...entityProjections, ...readModels].flatMap(({ consumes }) => consumes),
  ...deciders.filter(isDecider).flatMap(({ consumes }) => consumes),
  ...reliesOn.map(({ event }) => event),
];
