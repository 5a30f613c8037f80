/** What a command may be given: a Standard Schema that also describes itself as JSON Schema (https://standardschema.dev). */
import { z } from 'zod';
import { MAX_DEPTH, findInexact } from '../http/kernel/exact-json.js';
import { InvalidBody, pointer, type Fault } from '../http/kernel/problem.js';

/** A Standard Schema. Zod's are; so are those of other libraries that implement `~standard.jsonSchema`. */
export interface InputSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
    readonly jsonSchema?: {
      readonly input: (options: { readonly target: 'openapi-3.0' }) => Readonly<Record<string, unknown>>;
    };
  };
}

export type SchemaResult<Output> =
  { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly SchemaIssue[] };

export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- variance: a schema both takes and gives its value
export type AnyInputSchema = InputSchema<any, any>;

/** What a schema takes. */
export type InputOf<Schema> = Schema extends { readonly '~standard': { readonly types?: infer Types } }
  ? NonNullable<Types> extends { readonly input: infer Input }
    ? Input
    : unknown
  : never;

/** What a schema gives. */
export type OutputOf<Schema> = Schema extends { readonly '~standard': { readonly types?: infer Types } }
  ? NonNullable<Types> extends { readonly output: infer Output }
    ? Output
    : unknown
  : never;

/** How many faults of a body are named: the first ones. */
export const MAX_FAULTS = 20;

/**
 * @param path where the value is in the body
 * @returns the value as the schema gives it, or its faults
 */
export async function validate<Output>(
  schema: InputSchema<unknown, Output>,
  value: unknown,
  path: readonly PropertyKey[] = [],
): Promise<{ readonly value: Output } | { readonly faults: readonly Fault[] }> {
  const validated = schema['~standard'].validate(value);
  const result = validated instanceof Promise ? await validated : validated;
  if (result.issues === undefined) {
    const place = illFormedText(value, path);
    if (place === undefined) return { value: result.value };
    return {
      faults: [
        { detail: 'text is well-formed Unicode; this has half of a surrogate pair', pointer: pointer(place) },
      ],
    };
  }
  const faults = faultsIn(result.issues, path).slice(0, MAX_FAULTS);
  // What reads by a function is told of inexact numbers, too, and says itself what is wrong.
  const inexact = readByFunction.has(schema) ? undefined : findInexact(value);
  if (inexact === undefined) return { faults };
  const place = pointer([...path, ...inexact.path]);
  // A schema that knows inexact numbers says more of them.
  const isKnown = faults.some((fault) => fault.pointer === place && !fault.detail.includes('InexactNumber'));
  return { faults: isKnown ? faults : [{ detail: inexact.number.detail, pointer: place }] };
}

/** @throws InvalidBody that names every field at fault, the first twenty of them */
export async function validInput<Output>(
  schema: InputSchema<unknown, Output>,
  value: unknown,
): Promise<Output> {
  const result = await validate(schema, value);
  if ('faults' in result) throw new InvalidBody(result.faults);
  return result.value;
}

export function faultsIn(
  issues: readonly SchemaIssue[],
  path: readonly PropertyKey[] = [],
): readonly Fault[] {
  return issues.flatMap((issue) => faultsOf(issue, path));
}

/** Where a value has a text that no log takes. A name of a member counts as where it is. */
function illFormedText(
  value: unknown,
  path: readonly PropertyKey[],
  seen = new Set<object>(),
): readonly PropertyKey[] | undefined {
  if (typeof value === 'string') return value.isWellFormed() ? undefined : path;
  // No parsed body is deeper; a value of the program's own may be, or may hold one object many times.
  if (typeof value !== 'object' || value === null || path.length > MAX_DEPTH || seen.has(value))
    return undefined;
  seen.add(value);
  for (const [name, item] of Object.entries(value)) {
    if (!name.isWellFormed()) return path;
    const place = illFormedText(item, [...path, name], seen);
    if (place !== undefined) return place;
  }
  return undefined;
}

function faultsOf(issue: SchemaIssue, path: readonly PropertyKey[]): readonly Fault[] {
  const place = [...path, ...(issue.path ?? []).map((part) => (typeof part === 'object' ? part.key : part))];
  // zod points to the object that has fields too many; who sent it looks for the field.
  const { keys } = issue as { readonly keys?: readonly PropertyKey[] };
  if (keys === undefined || keys.length === 0) return [{ detail: issue.message, pointer: pointer(place) }];
  return keys.map((key) => ({ detail: issue.message, pointer: pointer([...place, key]) }));
}

/** Made by `inputSchema`. */
const readByFunction = new WeakSet<AnyInputSchema>();

/**
 * A schema whose values are read by a function: for what code says better than a schema does. The faults are answered as it says them, also of a
 * value with numbers that are not exact.
 *
 * @param read throws `InvalidBody` for a value that it does not take, with pointers that begin at the value
 * @param described tells the JSON Schema; it checks nothing
 */
export function inputSchema<Output>(
  read: (value: unknown) => Output,
  described: AnyInputSchema,
): InputSchema<unknown, Output> {
  const validate = (value: unknown): SchemaResult<Output> => {
    try {
      return { value: read(value) };
    } catch (error) {
      if (!(error instanceof InvalidBody)) throw error;
      const { faults } = error;
      return { issues: faults.map((fault) => ({ message: fault.detail, path: pathIn(fault.pointer) })) };
    }
  };
  const jsonSchema = { input: () => jsonSchemaOf(described) };
  const schema: InputSchema<unknown, Output> = {
    '~standard': { version: 1, vendor: 'leftfold', validate, jsonSchema },
  };
  readByFunction.add(schema);
  return schema;
}

/** RFC 6901, section 4. */
function pathIn(place = '#'): readonly string[] {
  const parts = place.split('/').slice(1);
  return parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** As OpenAPI 3.0 has it. @throws Error when the schema does not describe JSON */
export function jsonSchemaOf(schema: AnyInputSchema): Readonly<Record<string, unknown>> {
  // Code without types may give anything.
  const standard = (schema as Partial<AnyInputSchema> | undefined)?.['~standard'];
  if (standard === undefined)
    throw new Error('it is no Standard Schema (https://standardschema.dev), as those of zod are');
  const { jsonSchema, vendor } = standard;
  if (jsonSchema !== undefined) return jsonSchema.input({ target: 'openapi-3.0' });
  if (schema instanceof z.ZodType) return z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input' });
  throw new Error(`a schema of ${vendor} does not tell its JSON Schema (~standard.jsonSchema)`);
}
