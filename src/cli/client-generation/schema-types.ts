/**
 * TypeScript types of JSON Schema, as OpenAPI 3.0 and JSON Schema 2020-12 have it. A type takes every value that the schema allows: keywords that
 * only narrow are left out, and what cannot be said becomes `unknown`.
 */

export type JsonSchema = Readonly<Record<string, unknown>>;

/** Deeper than this everything is unknown. */
const MAX_DEPTH = 64;

export interface SchemaNames {
  /** The name of the type of a component; undefined when there is no such component, or it stands for itself. */
  nameOf(reference: string): string | undefined;
}

export function typeOf(schema: unknown, names: SchemaNames, depth = 0): string {
  if (schema === false) return 'never';
  if (!isObject(schema) || depth > MAX_DEPTH) return 'unknown';
  const reference = schema['$ref'];
  if (reference !== undefined)
    return (typeof reference === 'string' ? names.nameOf(reference) : undefined) ?? 'unknown';
  const isNullable = schema['nullable'] === true;
  const values = valuesOf(schema);
  const parts = [
    ...(values.length > 0 ? values : typed(schema, names, depth)),
    ...arrayOf(schema['allOf']).map((each) => typeOf(each, names, depth + 1)),
    ...['anyOf', 'oneOf']
      .filter((keyword) => Array.isArray(schema[keyword]))
      .map((keyword) => union(arrayOf(schema[keyword]).map((each) => typeOf(each, names, depth + 1)))),
  ];
  const type = intersection(parts);
  return isNullable ? union([type, 'null']) : type;
}

/** `const` and `enum`. */
function valuesOf(schema: JsonSchema): readonly string[] {
  return [
    ...(Object.hasOwn(schema, 'const') ? [literal(schema['const'])] : []),
    ...(Array.isArray(schema['enum']) ? [union(schema['enum'].map(literal))] : []),
  ];
}

function literal(value: unknown): string {
  if (Array.isArray(value)) return `readonly [${value.map(literal).join(', ')}]`;
  if (!isObject(value)) return quoted(value);
  const members = Object.entries(value).map(([name, each]) => `readonly ${keyOf(name)}: ${literal(each)}`);
  return members.length === 0 ? 'object' : `{ ${members.join('; ')} }`;
}

/** None where the schema names no type: then it says nothing of values of other types. */
function typed(schema: JsonSchema, names: SchemaNames, depth: number): readonly string[] {
  const types = typeof schema['type'] === 'string' ? [schema['type']] : schema['type'];
  if (!Array.isArray(types)) return [];
  return [union(types.map((type) => typeNamed(type, schema, names, depth)))];
}

function typeNamed(type: unknown, schema: JsonSchema, names: SchemaNames, depth: number): string {
  switch (type) {
    case 'string':
    case 'boolean':
    case 'null':
    case 'number':
      return type;
    case 'integer':
      return 'number';
    case 'array':
      return arrayType(schema, names, depth);
    case 'object':
      return objectType(schema, names, depth);
    default:
      return 'unknown';
  }
}

function arrayType(schema: JsonSchema, names: SchemaNames, depth: number): string {
  // Before 2020-12 an array of items was what `prefixItems` is now.
  const isTuple = Array.isArray(schema['items']);
  const first = arrayOf(isTuple ? schema['items'] : schema['prefixItems']);
  const rest = typeOf((isTuple ? schema['additionalItems'] : schema['items']) ?? true, names, depth + 1);
  if (first.length === 0) return rest === 'never' ? 'readonly []' : `readonly ${inParentheses(rest)}[]`;
  const needed = typeof schema['minItems'] === 'number' ? schema['minItems'] : 0;
  const items = first.map((each, index) => {
    const type = typeOf(each, names, depth + 1);
    return index < needed ? type : `${inParentheses(type)}?`;
  });
  return `readonly [${[...items, ...(rest === 'never' ? [] : [`...${inParentheses(rest)}[]`])].join(', ')}]`;
}

function objectType(schema: JsonSchema, names: SchemaNames, depth: number): string {
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const required = arrayOf(schema['required']).filter((name) => typeof name === 'string');
  const all = [...new Set([...Object.keys(properties), ...required])];
  const others = schema['additionalProperties'];
  const hasPatterns =
    isObject(schema['patternProperties']) && Object.keys(schema['patternProperties']).length > 0;
  if (all.length === 0) {
    if (hasPatterns || others === undefined) return indexOf('unknown');
    return others === false ? 'Readonly<Record<string, never>>' : indexOf(typeOf(others, names, depth + 1));
  }
  const members = all.map((name) => {
    const property = Object.hasOwn(properties, name) ? properties[name] : true;
    const mark = required.includes(name) ? '' : '?';
    return `${commentOf(property)}readonly ${keyOf(name)}${mark}: ${typeOf(property, names, depth + 1)};`;
  });
  // Those that have names are of other types than the rest.
  const isOpen = hasPatterns || (others !== undefined && others !== false);
  return `{\n${[...members, ...(isOpen ? ['readonly [name: string]: unknown;'] : [])].map(indented).join('\n')}\n}`;
}

function indexOf(type: string): string {
  return `{ readonly [name: string]: ${type} }`;
}

/** Above a type or a member, on lines of its own; empty where the schema has no description. */
export function commentOf(schema: unknown): string {
  const description = isObject(schema) ? schema['description'] : undefined;
  if (typeof description !== 'string') return '';
  const text = inComment(description);
  return text === '' ? '' : `/** ${text} */\n`;
}

/** On one line, and without an end of the comment. */
export function inComment(text: string): string {
  return text
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .replaceAll('*/', '* /')
    .trim();
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ');
}

/** On one line for every reader: JSON leaves two of the line separators of ECMAScript as they are. */
export function quoted(value: unknown): string {
  return JSON.stringify(value).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}

export function keyOf(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name);
}

/** Of nothing: every value. */
function intersection(types: readonly string[]): string {
  const all = [...new Set(types.filter((type) => type !== 'unknown'))];
  if (all.includes('never')) return 'never';
  return all.length === 0
    ? 'unknown'
    : all.map((type) => (all.length > 1 ? inParentheses(type) : type)).join(' & ');
}

/** Of nothing: no value. */
function union(types: readonly string[]): string {
  const all = [...new Set(types.filter((type) => type !== 'never'))];
  if (all.includes('unknown')) return 'unknown';
  return all.length === 0 ? 'never' : all.join(' | ');
}

/** Harmless where there is nothing to keep together. */
function inParentheses(type: string): string {
  return /^[\w$]+$/.test(type) || (type.startsWith('{') && !/[|&]/.test(type)) ? type : `(${type})`;
}

function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function isObject(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
