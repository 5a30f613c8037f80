/** The members that a view can have, where its schema says it: what `fields` may name. */
import { jsonSchemaOf, type AnyInputSchema } from '../../command/input-schema.js';
import type { EntityProjectionDefinition } from '../../projection/entities/define-entity-projection.js';
import type { JsonSchema } from '../kernel/api-schema.js';

/** Of whatever part matches. */
const COMBINED = ['anyOf', 'oneOf', 'allOf'];
/** What lets an object have members that the schema does not name. */
const OPEN = ['additionalProperties', 'patternProperties', 'unevaluatedProperties'];

/**
 * Those of the schema and of the index, each once. Undefined: there is no schema, or it leaves open what else there is, as that of a record does.
 *
 * @throws Error when the schema does not describe JSON
 */
export function viewMembers({
  http,
  index,
}: Pick<EntityProjectionDefinition, 'http' | 'index'>): readonly string[] | undefined {
  if (http.viewSchema === undefined) return undefined;
  const described = membersOf(jsonSchemaOf(http.viewSchema as AnyInputSchema));
  return described && [...new Set([...described, ...Object.keys(index)])];
}

function membersOf(schema: JsonSchema): readonly string[] | undefined {
  const parts = COMBINED.flatMap((name) => (schema[name] ?? []) as readonly JsonSchema[]);
  const { properties } = schema as { readonly properties?: object };
  const isOpen = OPEN.some((name) => schema[name] !== undefined && schema[name] !== false);
  if (isOpen || '$ref' in schema || (properties === undefined && parts.length === 0)) return undefined;
  const members = parts.map(membersOf);
  if (members.includes(undefined)) return undefined;
  return [...Object.keys(properties ?? {}), ...members.flatMap((each) => each ?? [])];
}
