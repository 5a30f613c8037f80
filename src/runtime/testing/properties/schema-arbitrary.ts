/** Makes fast-check arbitraries of JSON Schema. */
import fc from 'fast-check';
import type { Json } from '../../event-log/event.js';
import { merged, referencesIn, resolved, type JsonSchema } from './json-schema.js';
import { matchingAll, numberOf, textOf } from './scalar-arbitraries.js';

/** By the path of a member, as in `customer.email`, `lines.*.price` for what an array or a record has, or `` for all of it. */
export type FieldArbitraries = Readonly<Record<string, fc.Arbitrary<unknown>>>;

/** Something that no arbitrary can be made of; the message names it, and says how to give one. */
export class CannotGenerate extends Error {
  override readonly name = 'CannotGenerate';

  constructor(what: string, path: string, why: string) {
    const where = path === '' ? 'all of it' : path;
    super(`${what}: ${where} cannot be generated: ${why}. Give an arbitrary: { fields: { '${path}': fc… } }`);
  }
}

/**
 * Values of the schema, of which some may break what it says of a whole; simple ones first, which is what they shrink to.
 *
 * @param what names it in errors, as in `order.placed`
 * @throws CannotGenerate
 */
export function schemaArbitrary(
  root: JsonSchema,
  what: string,
  fields: FieldArbitraries = {},
): fc.Arbitrary<Json> {
  const references = [...new Set(referencesIn(root))];
  const depth = fc.createDepthIdentifier();
  const used = new Set<string>();
  const made = fc.letrec<Record<string, Json>>((tie) => {
    const maker = new Maker(what, fields, tie, depth, used);
    return Object.fromEntries([
      ['', maker.of(root, '')],
      ...references.map((each) => [each, maker.of(resolved(root, each), each)] as const),
    ]);
  });
  const unused = Object.keys(fields).find((each) => !used.has(each));
  if (unused !== undefined) throw new Error(`${what}: there is no member ${unused || 'of this name'}`);
  return made[''] ?? fc.constant(null);
}

class Maker {
  constructor(
    private readonly what: string,
    private readonly fields: FieldArbitraries,
    private readonly tie: (name: string) => fc.Arbitrary<Json>,
    private readonly depth: fc.DepthIdentifier,
    private readonly used: Set<string>,
  ) {}

  of(given: JsonSchema, path: string): fc.Arbitrary<Json> {
    const own = this.fields[path];
    if (own !== undefined) {
      this.used.add(path);
      return own as fc.Arbitrary<Json>;
    }
    if (given.$ref !== undefined) return this.tie(given.$ref);
    const unknown = (['not', 'if', 'patternProperties'] as const).find((each) => given[each] !== undefined);
    if (unknown !== undefined) throw new CannotGenerate(this.what, path, `its schema has ${unknown}`);
    const { schema, patterns } = merged(given);
    if (schema.nullable === true)
      return this.#anyOf([{ ...schema, nullable: false }, { type: 'null' }], path);
    if (schema.const !== undefined) return fc.constant(schema.const as Json);
    if (schema.enum !== undefined) return fc.constantFrom(...(schema.enum as readonly Json[]));
    const alternatives = schema.anyOf ?? schema.oneOf;
    if (alternatives !== undefined) return this.#anyOf(alternatives, path);
    if (Array.isArray(schema.type))
      return this.#anyOf(
        (schema.type as readonly string[]).map((type) => ({ ...schema, type })),
        path,
      );
    return this.#ofType(schema, patterns, path);
  }

  #ofType(schema: JsonSchema, patterns: readonly string[], path: string): fc.Arbitrary<Json> {
    switch (schema.type) {
      case 'null':
        return fc.constant(null);
      case 'boolean':
        return fc.boolean();
      case 'integer':
      case 'number':
        return this.#named(path, () => numberOf(schema));
      case 'string':
        return this.#named(path, () => matchingAll(textOf(schema, patterns), schema, patterns));
      case 'array':
        return this.#array(schema, path);
      case 'object':
        return this.#object(schema, path);
      default:
        if (schema.properties !== undefined) return this.#object(schema, path);
        // Anything. What JSON cannot tell apart, such as -0, is made the same.
        return fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as Json);
    }
  }

  #named<Value>(path: string, make: () => fc.Arbitrary<Value>): fc.Arbitrary<Value> {
    try {
      return make();
    } catch (error) {
      throw new CannotGenerate(this.what, path, error instanceof Error ? error.message : String(error));
    }
  }

  /** What refers to the schema itself is chosen less, the deeper it is. */
  #anyOf(schemas: readonly JsonSchema[], path: string): fc.Arbitrary<Json> {
    const arbitraries = schemas.toSorted(byReferences).map((each) => this.of(each, path));
    return fc.oneof(
      { depthIdentifier: this.depth, depthSize: 'small', withCrossShrink: true },
      ...arbitraries,
    );
  }

  #array(schema: JsonSchema, path: string): fc.Arbitrary<Json> {
    const { prefixItems, items, minItems, maxItems, uniqueItems } = schema;
    const inside = path === '' ? '*' : `${path}.*`;
    if (prefixItems !== undefined)
      return fc.tuple(
        ...prefixItems.map((each, index) => this.of(each, path === '' ? `${index}` : `${path}.${index}`)),
      );
    const item = typeof items === 'object' ? this.of(items, inside) : this.of({}, inside);
    const bounds = {
      ...(minItems !== undefined && { minLength: minItems }),
      ...(maxItems !== undefined && { maxLength: maxItems }),
      depthIdentifier: this.depth,
    };
    return uniqueItems === true
      ? fc.uniqueArray(item, { ...bounds, selector: (each) => JSON.stringify(each) })
      : fc.array(item, bounds);
  }

  #object(schema: JsonSchema, path: string): fc.Arbitrary<Json> {
    const { properties = {}, required = [], additionalProperties } = schema;
    const of = (name: string): string => (path === '' ? name : `${path}.${name}`);
    const members = Object.entries(properties).map(([name, each]) => {
      const value = this.of(each, of(name));
      const isRequired = required.includes(name);
      const optional = { nil: undefined, depthIdentifier: this.depth, depthSize: 'small' } as const;
      return [name, isRequired ? value : fc.option(value, optional)] as const;
    });
    const own = fc.record(Object.fromEntries(members), { noNullPrototype: true }).map(withoutUndefined);
    if (typeof additionalProperties !== 'object' || members.length > 0) return own as fc.Arbitrary<Json>;
    return this.#record(schema, additionalProperties, path);
  }

  #record(schema: JsonSchema, values: JsonSchema, path: string): fc.Arbitrary<Json> {
    const { propertyNames = { type: 'string' }, required = [], minProperties, maxProperties } = schema;
    const value = this.of(values, path === '' ? '*' : `${path}.*`);
    const names = propertyNames.enum as readonly string[] | undefined;
    if (names !== undefined) {
      const requiredKeys = required.filter((each) => names.includes(each));
      return fc.record(Object.fromEntries(names.map((name) => [name, value])), {
        noNullPrototype: true,
        requiredKeys,
      });
    }
    const name = this.of(propertyNames, path === '' ? '(name)' : `${path}.(name)`) as fc.Arbitrary<string>;
    return fc.dictionary(
      name.filter((each) => each !== '__proto__'),
      value,
      {
        noNullPrototype: true,
        depthIdentifier: this.depth,
        ...(minProperties !== undefined && { minKeys: minProperties }),
        ...(maxProperties !== undefined && { maxKeys: maxProperties }),
      },
    );
  }
}

/** What refers to nothing comes first: fast-check turns to it when it is deep, and when it shrinks. */
const byReferences = (one: JsonSchema, other: JsonSchema): number =>
  referencesIn(one).length - referencesIn(other).length;

function withoutUndefined(value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined));
}
