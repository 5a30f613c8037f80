/** A schema as a table: a row for each member, those of members below them. */
import { constraintsOf, namedValues, plainSchema, type Json, type JsonSchema } from '../../json-schema.js';

export interface SchemaRow {
  /** As in `lines[].item`; `{}` stands for a member of any name, empty for a schema that is no object. */
  readonly member: string;
  /** As in `text`, `list of whole number`, `"a" or "b"`. */
  readonly type: string;
  readonly isRequired: boolean;
  readonly description: string;
  /** In words. */
  readonly constraints: readonly string[];
}

/** Deeper than this the JSON Schema is looked at. */
const MAX_DEPTH = 6;

export function schemaRows(schema: JsonSchema): readonly SchemaRow[] {
  const { schema: top, through } = plainSchema(schema, schema);
  const inner = membersOf(top, schema, '', 0, through);
  if (inner.length > 0 || (top.type === 'object' && namedValues(top) === undefined)) return inner;
  return rowsOf(schema, schema, '', true, 0, []);
}

/** What is not there in another schema, or said otherwise there. */
export function changedRows(rows: readonly SchemaRow[], before: readonly SchemaRow[]): ReadonlySet<string> {
  const known = new Set(before.map((row) => JSON.stringify(row)));
  return new Set(rows.filter((row) => !known.has(JSON.stringify(row))).map(({ member }) => member));
}

function rowsOf(
  given: JsonSchema,
  root: JsonSchema,
  member: string,
  isRequired: boolean,
  depth: number,
  visited: readonly string[],
): readonly SchemaRow[] {
  const { schema, isNullable, through } = plainSchema(given, root, visited);
  const row: SchemaRow = {
    member,
    type: `${typeOf(schema, root, through)}${isNullable ? ' or null' : ''}`,
    isRequired,
    description: [schema.title, schema.description].filter((each) => each !== undefined).join(': '),
    constraints: [
      ...constraintsOf(schema),
      ...(schema.default === undefined ? [] : [`left out: ${JSON.stringify(schema.default)}`]),
    ],
  };
  return depth > MAX_DEPTH ? [row] : [row, ...membersOf(schema, root, member, depth + 1, through)];
}

function membersOf(
  { type, properties = {}, required = [], items, additionalProperties }: JsonSchema,
  root: JsonSchema,
  member: string,
  depth: number,
  through: readonly string[],
): readonly SchemaRow[] {
  const within = (name: string): string => (member === '' ? name : `${member}.${name}`);
  if (type === 'array' && typeof items === 'object') {
    const inner = plainSchema(items, root, through);
    return depth > MAX_DEPTH ? [] : membersOf(inner.schema, root, `${member}[]`, depth + 1, inner.through);
  }
  return [
    ...Object.entries(properties).flatMap(([name, schema]) =>
      rowsOf(schema, root, within(name), required.includes(name), depth, through),
    ),
    ...(typeof additionalProperties === 'object' && Object.keys(additionalProperties).length > 0
      ? rowsOf(additionalProperties, root, within('{}'), false, depth, through)
      : []),
  ];
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'whole number',
  number: 'number',
  boolean: 'true or false',
  object: 'object',
  null: 'null',
};

function typeOf(schema: JsonSchema, root: JsonSchema, through: readonly string[]): string {
  const values = namedValues(schema);
  if (values !== undefined) return values.map((value: Json) => JSON.stringify(value)).join(' or ');
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives !== undefined)
    return `one of ${alternatives.map((each) => innerType(each, root, through)).join(', ')}`;
  if (Array.isArray(schema.type))
    return (schema.type as readonly string[]).map((each) => TYPES[each] ?? each).join(' or ');
  if (schema.type === 'array') {
    const { items } = schema;
    return typeof items === 'object' ? `list of ${innerType(items, root, through)}` : 'list';
  }
  return typeof schema.type === 'string' ? (TYPES[schema.type] ?? schema.type) : 'anything';
}

/** A schema that holds itself ends here. */
function innerType(given: JsonSchema, root: JsonSchema, through: readonly string[]): string {
  if (through.length > MAX_DEPTH) return 'the same';
  const inner = plainSchema(given, root, through);
  return typeOf(inner.schema, root, inner.through);
}
