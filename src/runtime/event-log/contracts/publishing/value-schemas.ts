/** Listed values as schemas, each of which takes one value. */
import type { Json } from '../../event.js';
import { valuesOf, type Schema } from './published-schema.js';

/** A listed object or array as the schema that takes it alone, so that its members are compared; the rest as it is. */
export function eachComposite(schema: Schema): readonly Schema[] {
  const values = valuesOf(schema);
  if (values?.some(isComposite) !== true) return [schema];
  return values.map((value) => ({ ...schema, enum: undefined, const: undefined, ...schemaOfValue(value) }));
}

function schemaOfValue(value: Json): Schema {
  if (!isComposite(value)) return { const: value };
  const ofEach = (values: readonly Json[]): readonly Json[] =>
    values.map((each) => schemaOfValue(each) as Json);
  if (isList(value)) {
    const { length } = value;
    return { type: 'array', prefixItems: ofEach(value), items: false, minItems: length, maxItems: length };
  }
  const names = Object.keys(value);
  const schemas = ofEach(Object.values(value).map((each) => each ?? null));
  const properties = Object.fromEntries(names.map((name, index) => [name, schemas[index] ?? {}]));
  return { type: 'object', properties, required: names, additionalProperties: false };
}

type Composite = readonly Json[] | Schema;

const isComposite = (value: Json): value is Composite => typeof value === 'object' && value !== null;
const isList = (value: Composite): value is readonly Json[] => Array.isArray(value);
