/** Relations between entity projections of one context: which entities of another one belong to one of this. */
import { ADDED_MEMBERS, MEMBER } from './entity-members.js';
import type { IndexKind } from './index-kinds.js';

/** Of an entity projection, what a relation depends on. */
interface Described {
  readonly kind: 'entities';
  readonly name: string;
  readonly index: Readonly<Record<string, IndexKind>>;
}

type CheckedRelations = Readonly<Record<string, { readonly of: Described; readonly by: string }>>;

/** Each costs a query of its own. */
const MAX_RELATIONS = 8;

/** @throws Error that says what is wrong with a relation, and what would be right */
export function requireRelations(
  projection: string,
  relations: CheckedRelations,
  index: Readonly<Record<string, IndexKind>>,
): void {
  const names = Object.keys(relations);
  for (const [name, { of, by }] of Object.entries(relations)) {
    const refuse = (detail: string): never => {
      throw new Error(`projection ${projection}: relation ${name}: ${detail}`);
    };
    if (!MEMBER.test(name)) refuse('a name has letters, digits and underscores');
    if (ADDED_MEMBERS.includes(name) || Object.hasOwn(index, name))
      refuse('an answer has a member of that name already; call the relation otherwise');
    if ((of as Partial<Described> | undefined)?.kind !== 'entities')
      refuse('of is the definition of an entity projection, as defineEntityProjection gives it');
    if (typeof by !== 'string' || !Object.hasOwn(of.index, by)) {
      const members = Object.keys(of.index).join(', ');
      refuse(
        `${of.name} has no index ${JSON.stringify(by)}; ${members === '' ? 'it has none' : `it has ${members}`}`,
      );
    }
    if (of.index[by] !== 'text')
      refuse(
        `by is the key of another entity, so the index ${by} of ${of.name} is to be text, not ${of.index[by]}`,
      );
  }
  if (names.length > MAX_RELATIONS)
    throw new Error(
      `projection ${projection}: at most ${MAX_RELATIONS} relations, as each is a query of its own`,
    );
}

/** @throws Error when a relation is to a projection of another context, which this one knows nothing of */
export function requireOwnRelations(
  projections: readonly { readonly name: string; readonly relations?: CheckedRelations }[],
): void {
  for (const projection of projections) {
    const { relations = {} } = projection;
    for (const [name, { of }] of Object.entries(relations))
      if (!projections.some((each) => each === of))
        throw new Error(
          `projection ${projection.name}: relation ${name}: ${of.name} is not among the projections of its context; ` +
            'give both to the same forFeature',
        );
  }
}
