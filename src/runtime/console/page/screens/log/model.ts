/** What the application says of its events: their types, and who folds them. */

interface Consumer {
  readonly name: string;
  readonly consumes: readonly string[];
}

export interface Model {
  readonly events: readonly { readonly type: string }[];
  readonly contexts: readonly {
    readonly name: string;
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
export function consumersOf(model: Model, types: readonly string[]): readonly NamedConsumer[] {
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
