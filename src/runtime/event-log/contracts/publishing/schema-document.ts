/** A JSON Schema with its definitions: what references, intersections and unions come to. */
import type { Json } from '../../event.js';
import { areDisjoint } from './disjoint-schemas.js';
import { mergedSchema } from './merged-schema.js';
import { NOTHING, asSchema, isNothing, type Schema } from './published-schema.js';
import { isAnnotation } from './schema-keywords.js';

/** In place of a `oneOf` whose alternatives may overlap: what several of them take is refused, which is not compared. */
export const OVERLAPPING = 'oneOf with alternatives that may overlap';

/** More alternatives than anybody writes by hand; intersections of unions multiply theirs. */
const MAX_ALTERNATIVES = 1_000;

/** A part that must be kept, and the unions that it was found in as one of several. */
interface Part {
  readonly schema: Schema;
  readonly within: readonly Schema[];
}

/** One JSON Schema with its definitions. The same part is always the same object, so that what refers to itself can be told. */
export class SchemaDocument {
  readonly root: Schema;
  readonly #resolved = new Map<Schema, Schema>();
  readonly #own = new Map<Schema, Schema>();
  readonly #ids = new Map<Schema, number>();
  readonly #intersections = new Map<string, Schema>();
  readonly #merged = new Map<string, Schema | undefined>();
  readonly #branches = new Map<Schema, readonly Schema[]>();
  readonly #alternatives = new Map<Schema, readonly Schema[]>();
  #isTooLarge = false;

  constructor(root: Json) {
    this.root = asSchema(root);
  }

  /** Whether there are more alternatives than are looked at. */
  get isTooLarge(): boolean {
    return this.#isTooLarge;
  }

  /** What a reference leads to; one object for the same intersection, wherever it stands. */
  resolved(schema: Schema): Schema {
    const known = this.#resolved.get(schema) ?? this.#newlyResolved(schema);
    this.#resolved.set(schema, known);
    return known;
  }

  #newlyResolved(schema: Schema): Schema {
    const parts = this.#partsOf(schema);
    const [only] = parts;
    if (parts.length === 1 && only !== undefined) return only;
    const key = this.#keyOf(parts);
    const known = this.#intersections.get(key) ?? { allOf: parts };
    this.#intersections.set(key, known);
    return known;
  }

  /**
   * What a schema takes: the alternatives of a union, also of unions within it; otherwise itself. None of them has a reference, an intersection,
   * a union or several types; a schema that takes nothing is `{ not: {} }`.
   */
  alternativesOf(schema: Schema): readonly Schema[] {
    const resolved = this.resolved(schema);
    const known = this.#alternatives.get(resolved);
    if (known !== undefined) return known;
    const parts = this.#partsOf(resolved).map((part) => ({ schema: part, within: [] }));
    const found = this.#conjunctions(parts, []).flatMap((each): readonly Schema[] => {
      const merged = this.#mergedOf(each);
      return merged === undefined ? [] : [merged];
    });
    const alternatives = found.length === 0 ? [NOTHING] : [...new Set(found)];
    this.#alternatives.set(resolved, alternatives);
    return alternatives;
  }

  /** Everything that must be kept at once, without references and intersections. What refers to itself adds nothing. */
  #partsOf(schema: Schema, seen = new Set<Schema>()): readonly Schema[] {
    if (seen.has(schema)) return [];
    seen.add(schema);
    const { $ref: reference, allOf } = schema;
    const referred = typeof reference === 'string' ? this.#referred(reference) : undefined;
    const parts = Array.isArray(allOf) ? (allOf as readonly Json[]) : [];
    if (referred === undefined && parts.length === 0) return [schema];
    const own = this.#ownOf(schema, [...(referred === undefined ? [] : ['$ref']), 'allOf']);
    const others = [...(referred === undefined ? [] : [referred]), ...parts.map(asSchema)];
    const all = [...(own === undefined ? [] : [own]), ...others.flatMap((each) => this.#partsOf(each, seen))];
    return [...new Set(all)];
  }

  /** Every choice of one alternative of each union among the parts. */
  #conjunctions(parts: readonly Part[], chosen: readonly Schema[]): readonly (readonly Schema[])[] {
    const union = parts.find(
      ({ schema }) => !chosen.includes(schema) && this.#branchesOf(schema) !== undefined,
    );
    if (union === undefined)
      return [parts.map(({ schema }) => schema).filter((each) => !chosen.includes(each))];
    const { schema, within } = union;
    const others = parts.filter((each) => each.schema !== schema);
    const inside = [...within, schema];
    const found = (this.#branchesOf(schema) ?? []).flatMap((branch) => {
      const more = this.#partsOf(branch);
      // A union that is one of its own alternatives takes nothing more by that.
      if (this.#isTooLarge || more.some((each) => inside.includes(each))) return [];
      const added = more
        .filter((each) => !others.some((other) => other.schema === each))
        .map((each) => ({ schema: each, within: inside }));
      return this.#conjunctions([...added, ...others], [...chosen, schema]);
    });
    if (found.length > MAX_ALTERNATIVES) this.#isTooLarge = true;
    return this.#isTooLarge ? [] : found;
  }

  /** Undefined where it is no union. Each alternative has what the union says beside them. */
  #branchesOf(schema: Schema): readonly Schema[] | undefined {
    const known = this.#branches.get(schema);
    if (known !== undefined) return known;
    const found = this.#newBranches(schema);
    if (found !== undefined) this.#branches.set(schema, found);
    return found;
  }

  #newBranches(schema: Schema): readonly Schema[] | undefined {
    const { anyOf, oneOf, type } = schema;
    if (Array.isArray(type)) return (type as readonly Json[]).map((each) => ({ ...schema, type: each }));
    const [name, alternatives] = Array.isArray(anyOf)
      ? (['anyOf', anyOf] as const)
      : (['oneOf', oneOf] as const);
    if (!Array.isArray(alternatives)) return undefined;
    const branches = (alternatives as readonly Json[]).map(asSchema);
    const own = this.#ownOf(schema, [name]);
    const isExclusive = name === 'anyOf' || this.#areDisjoint(branches);
    if (own === undefined && isExclusive) return branches;
    const rest = { ...own, ...(!isExclusive && { [OVERLAPPING]: alternatives }) };
    return branches.map((each) => ({ allOf: [rest, each] }));
  }

  /** Whether no value is taken by two of them: by their types, or a required member with one value, as in discriminated unions. */
  #areDisjoint(branches: readonly Schema[]): boolean {
    const one = branches.map((each) => this.#flat(each));
    return one.every((each, index) => one.slice(index + 1).every((other) => areDisjoint(each, other)));
  }

  /** Of what is no union; otherwise as it is. */
  #flat(schema: Schema): Schema {
    const parts = this.#partsOf(schema);
    return parts.length === 1 ? (parts[0] ?? schema) : (this.#mergedOf(parts) ?? NOTHING);
  }

  #mergedOf(parts: readonly Schema[]): Schema | undefined {
    const [only] = parts;
    if (parts.length === 1 && only !== undefined) return isNothing(only) ? undefined : only;
    const key = this.#keyOf(parts);
    if (!this.#merged.has(key)) this.#merged.set(key, mergedSchema(parts));
    const merged = this.#merged.get(key);
    return merged === undefined || isNothing(merged) ? undefined : merged;
  }

  #keyOf(parts: readonly Schema[]): string {
    const ids = parts.map((part) => {
      const id = this.#ids.get(part) ?? this.#ids.size;
      this.#ids.set(part, id);
      return id;
    });
    return [...new Set(ids)].sort((one, other) => one - other).join();
  }

  /** What it says beside these keywords; undefined where that restricts nothing. */
  #ownOf(schema: Schema, except: readonly string[]): Schema | undefined {
    const known = this.#own.get(schema);
    if (known !== undefined) return known;
    const entries = Object.entries(schema).filter(([name]) => !except.includes(name) && !isAnnotation(name));
    if (entries.length === 0) return undefined;
    const own = Object.fromEntries(entries);
    this.#own.set(schema, own);
    return own;
  }

  /** Undefined where it leads nowhere: then it is a keyword that is not understood. */
  #referred(reference: string): Schema | undefined {
    if (!reference.startsWith('#')) return undefined;
    const found = decoded(reference)
      .split('/')
      .slice(1)
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
      .reduce<Json | undefined>(
        memberAt,
        reference === '#' || reference.startsWith('#/') ? this.root : undefined,
      );
    return found === undefined ? undefined : asSchema(found);
  }
}

const memberAt = (inside: Json | undefined, name: string): Json | undefined =>
  typeof inside === 'object' && inside !== null && Object.hasOwn(inside, name)
    ? (inside as Schema)[name]
    : undefined;

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
