/** What the consumers of an application rely on: what its contexts declare, and otherwise all of what they consume. */
import type { AnyContract } from '../event-log/contracts/event-contract.js';
import { contextAsConsumer, type ConsumerReliance } from '../event-log/contracts/publishing/reliance.js';
import { contextsIn, type Feature } from '../projection/module-definitions.js';
import { isDecider } from './application-model.js';

/** @param modules Nest modules: contexts, or the module of an application that imports them */
export function reliancesIn(modules: readonly unknown[]): readonly ConsumerReliance[] {
  return contextsIn(modules).flatMap(({ name, features }) => {
    const consumers = features.flatMap(consumersOf);
    const declared = new Map(
      features.flatMap(({ reliesOn = [] }) =>
        reliesOn.map((reliance) => [reliance.event.type, reliance] as const),
      ),
    );
    const consumed = new Set(consumers.flatMap(({ consumes }) => consumes.map(({ type }) => type)));
    return [
      ...consumers.flatMap(({ consumer, consumes }) =>
        consumes.map((event) => ({ ...(declared.get(event.type) ?? { event }), consumer, context: name })),
      ),
      ...[...declared.values()]
        .filter(({ event }) => !consumed.has(event.type))
        .map((reliance) => ({ ...reliance, consumer: contextAsConsumer(name), context: name })),
    ];
  });
}

function consumersOf({
  projections,
  entityProjections = [],
  readModels = [],
  deciders = [],
}: Feature): readonly {
  readonly consumer: string;
  readonly consumes: readonly AnyContract[];
}[] {
  return [
    ...projections.map(({ name, consumes }) => ({ consumer: `projection ${name}`, consumes })),
    ...entityProjections.map(({ name, consumes }) => ({ consumer: `entity projection ${name}`, consumes })),
    ...readModels.map(({ name, consumes }) => ({ consumer: `read model ${name}`, consumes })),
    ...deciders.filter(isDecider).map(({ name, consumes }) => ({
      consumer: `decider ${name}`,
      consumes: consumes,
    })),
  ];
}
