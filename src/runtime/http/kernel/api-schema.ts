/** zod schemas as OpenAPI 3.0 has them, and the names that they get in a document. */
import { z } from 'zod';

/** A zod schema that describes JSON. In `.meta()` its `title` becomes the name of a component. */
export type Schema = z.ZodType;

/** What zod says of a JSON value, as OpenAPI 3.0 has it. */
export function schemaOf(schema: Schema): never {
  return z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input' }) as never;
}

/** JSON Schema as OpenAPI 3.0 has it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What is known as JSON Schema only, as of a schema of another library. It describes, and checks nothing. */
export function schemaFrom(
  schema: JsonSchema,
  { isOptional = false }: { readonly isOptional?: boolean } = {},
): Schema {
  const any = isOptional ? z.unknown() : z.unknown().refine((value) => value !== undefined);
  return any.meta(schema);
}

/**
 * With members that every value has beside its own.
 *
 * @param schema of objects @param members by their names @param required the names of those that are always there
 */
export function withMembers(
  schema: JsonSchema,
  members: Readonly<Record<string, JsonSchema>>,
  required: readonly string[],
): JsonSchema {
  for (const union of ['anyOf', 'oneOf']) {
    const schemas = schema[union] as readonly JsonSchema[] | undefined;
    if (schemas !== undefined)
      return { ...schema, [union]: schemas.map((each) => withMembers(each, members, required)) };
  }
  const { properties = {}, required: own = [] } = schema as {
    readonly properties?: object;
    readonly required?: readonly string[];
  };
  return {
    type: 'object',
    ...schema,
    properties: { ...properties, ...members },
    required: [...new Set([...own, ...required])],
  };
}

/** What of a document is looked through. */
interface Described {
  readonly components?: { readonly schemas?: object; readonly examples?: object };
  readonly paths: object;
}

/**
 * Moves each schema that has a title to `components/schemas`, where the title is its name, and each named example to `components/examples`.
 * What differs from a component of its name stays where it is.
 */
export function nameComponents<Document extends Described>(document: Document): Document {
  const schemas: Components = new Map(Object.entries(document.components?.schemas ?? {}));
  const examples: Components = new Map(Object.entries(document.components?.examples ?? {}));
  const paths = named(document.paths, { schemas, examples });
  const components = { schemas: inOrder(schemas), examples: inOrder(examples) };
  return { ...document, paths, components: { ...document.components, ...components } };
}

type Components = Map<string, unknown>;

/** What a component may be called (OpenAPI 3.0, Components Object). */
const NAME = /^[\w.-]+$/;

/** Values that clients send or get: a `title` in them is theirs. */
const VALUES: ReadonlySet<string> = new Set(['example', 'default', 'value']);

/** The keys of these are names, not keywords. */
const MAPS: ReadonlySet<string> = new Set(['properties', 'responses', 'headers']);

function named(
  node: unknown,
  into: { readonly schemas: Components; readonly examples: Components },
  isMap = false,
): unknown {
  if (Array.isArray(node)) return node.map((each: unknown) => named(each, into));
  if (typeof node !== 'object' || node === null) return node;
  const copy = Object.fromEntries(
    Object.entries(node).map(([key, value]): [string, unknown] => {
      if (isMap) return [key, named(value, into)];
      if (VALUES.has(key)) return [key, value];
      if (key === 'examples') return [key, referred(value as object, into.examples)];
      return [key, named(value, into, MAPS.has(key))];
    }),
  );
  const { title, ...schema } = copy;
  if (isMap || typeof title !== 'string') return copy;
  return component('schemas', title, schema, into.schemas, copy);
}

function referred(examples: object, into: Components): unknown {
  if (Array.isArray(examples)) return examples; // those of a schema
  return Object.fromEntries(
    Object.entries(examples).map(([name, example]) => [
      name,
      component('examples', name, example, into, example),
    ]),
  );
}

/** A reference to the component, or what stands there otherwise. */
function component(
  kind: string,
  name: string,
  value: unknown,
  into: Components,
  otherwise: unknown,
): unknown {
  if (!NAME.test(name)) return otherwise;
  const known = into.get(name);
  if (known !== undefined && JSON.stringify(known) !== JSON.stringify(value)) return otherwise;
  into.set(name, value);
  return { $ref: `#/components/${kind}/${name}` };
}

function inOrder(components: Components): object {
  return Object.fromEntries([...components].toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
