/** Which keywords of JSON Schema the comparison of contracts understands. */

/** Say nothing about which data is taken. */
const ANNOTATIONS = new Set([
  ...['$schema', '$id', 'id', '$anchor', '$comment', '$defs', 'definitions', '$vocabulary'],
  ...['title', 'description', 'default', 'example', 'examples', 'deprecated', 'readOnly', 'writeOnly'],
]);

const COMPARED = new Set([
  ...['type', 'const', 'enum', 'properties', 'required', 'additionalProperties', 'propertyNames'],
  ...['items', 'prefixItems', 'minItems', 'maxItems', 'minProperties', 'maxProperties'],
  ...['minLength', 'maxLength', 'pattern', 'format', 'multipleOf'],
  ...['minimum', 'exclusiveMinimum', 'maximum', 'exclusiveMaximum'],
]);

export const isAnnotation = (keyword: string): boolean =>
  ANNOTATIONS.has(keyword) || keyword.startsWith('x-');

export const isCompared = (keyword: string): boolean => COMPARED.has(keyword);
