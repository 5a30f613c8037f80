/** Arbitraries of the data of events and of the inputs of commands, made of their schemas. */
import fc from 'fast-check';
import { z } from 'zod';
import type { AnyInputSchema, InputOf } from '../../command/input-schema.js';
import { jsonSchemaOf } from '../../command/input-schema.js';
import type { EventContract } from '../../event-log/contracts/event-contract.js';
import type { Json } from '../../event-log/event.js';
import type { JsonSchema } from './json-schema.js';
import { CannotGenerate, schemaArbitrary, type FieldArbitraries } from './schema-arbitrary.js';

export interface ArbitraryOptions {
  /** In place of what the schema says, by the path of the member: `customer.email`, `lines.*.price`. */
  readonly fields?: FieldArbitraries;
}

/** How many values are tried before it is said that hardly any is right. */
const TRIED = 200;
const MIN_RIGHT = 10;

/**
 * The data of events of the contract's current revision: always valid by its schema, also by what JSON Schema does not tell of it (`refine`).
 *
 * @throws CannotGenerate that names the member of which no arbitrary can be made, or that hardly any value is right
 */
export function arbitraryOf<Data>(
  { type, schema }: EventContract<string, Data>,
  { fields = {} }: ArbitraryOptions = {},
): fc.Arbitrary<Data> {
  const made = schemaArbitrary(z.toJSONSchema(schema) as JsonSchema, type, fields);
  return valid(made, type, (value) => placesOf(schema.safeParse(value))) as fc.Arbitrary<Data>;
}

/** The inputs of a command, as a client sends them. @throws as `arbitraryOf`; Error for a schema that tells no JSON Schema, or validates asynchronously */
export function arbitraryOfInput<Schema extends AnyInputSchema>(
  schema: Schema,
  { fields = {} }: ArbitraryOptions = {},
  what = 'the input',
): fc.Arbitrary<InputOf<Schema>> {
  const described =
    schema instanceof z.ZodType ? z.toJSONSchema(schema, { io: 'input' }) : jsonSchemaOf(schema);
  const made = schemaArbitrary(described, what, fields);
  const check = (value: Json): readonly string[] => {
    const result = schema['~standard'].validate(value);
    if (result instanceof Promise)
      throw new Error(`${what}: its schema validates asynchronously; give an arbitrary of the input`);
    return (result.issues ?? []).map(({ path = [] }) =>
      path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.'),
    );
  };
  return valid(made, what, check) as fc.Arbitrary<InputOf<Schema>>;
}

/** @param faultsOf the paths of what is wrong with a value */
function valid(
  made: fc.Arbitrary<Json>,
  what: string,
  faultsOf: (value: Json) => readonly string[],
): fc.Arbitrary<Json> {
  const faults = fc.sample(made, { numRuns: TRIED, seed: 1 }).map(faultsOf);
  const right = faults.filter((each) => each.length === 0).length;
  if (right < MIN_RIGHT) {
    const [path = ''] = mostFrequent(faults.flat());
    throw new CannotGenerate(what, path, `of ${TRIED} values, its schema takes ${right}`);
  }
  return made.filter((value) => faultsOf(value).length === 0);
}

function placesOf(result: z.ZodSafeParseResult<unknown>): readonly string[] {
  return result.success ? [] : result.error.issues.map(({ path }) => path.map(String).join('.'));
}

function mostFrequent(names: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].toSorted(([, one], [, other]) => other - one).map(([name]) => name);
}
