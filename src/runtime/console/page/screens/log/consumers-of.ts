/** Who folds an event, as the application's model tells. */
import type { ModelConsumer } from '../../model.js';

type Consumer = Pick<ModelConsumer, 'name' | 'consumes'>;

/** What is read of `GET /model`. */
export interface ModelOfConsumers {
  readonly contexts: readonly {
    readonly projections: readonly Consumer[];
    readonly entityProjections: readonly Consumer[];
    readonly readModels: readonly Consumer[];
  }[];
}

export interface NamedConsumer {
  readonly name: string;
  readonly kind: 'projection' | 'entity projection' | 'read model';
}

/** Which consumers fold an event of any of these types. */
export function consumersOf(model: ModelOfConsumers, types: readonly string[]): readonly NamedConsumer[] {
  const kinds = [
    ['projections', 'projection'],
    ['entityProjections', 'entity projection'],
    ['readModels', 'read model'],
  ] as const;
  return model.contexts.flatMap((context) =>
    kinds.flatMap(([member, kind]) =>
      context[member]
        .filter(({ consumes }) => consumes.some((pattern) => types.some((type) => fits(pattern, type))))
        .map(({ name }) => ({ name, kind })),
    ),
  );
}

/** A type, `*`, or the beginning of one as in `order.*`. */
function fits(pattern: string, type: string): boolean {
  if (pattern === '*' || pattern === type) return true;
  return pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1));
}
