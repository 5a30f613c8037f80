/** Keywords of JSON Schema that are not compared: where one is new, or another, it may take less. */
import { isSameJson } from './json-difference.js';
import { isSchema, type Schema } from './published-schema.js';
import { isAnnotation, isCompared } from './schema-keywords.js';

/** What they restrict depends on the members or items that stand beside them. */
const DEPENDENT: Readonly<Record<string, readonly string[]>> = {
  patternProperties: ['properties', 'additionalProperties', 'patternProperties'],
  unevaluatedProperties: ['properties', 'additionalProperties', 'patternProperties'],
  unevaluatedItems: ['items', 'prefixItems', 'contains'],
};

/** Without them more is refused. */
const WIDENING = ['patternProperties', 'minContains'];

/** Each as a part of a sentence: `has another uniqueItems, a keyword that is not compared`. */
export function differentUncompared(old: Schema, now: Schema): readonly string[] {
  const added = uncomparedIn(now).filter((name) => isOther(name, old, now));
  const removed = WIDENING.filter((name) => old[name] !== undefined && now[name] === undefined);
  return [
    ...added.map((name) =>
      old[name] === undefined
        ? `has the keyword ${name}, which is not compared, and had not`
        : `has another ${name}, or what it is about has changed: a keyword which is not compared`,
    ),
    ...removed
      .filter((name) => name !== 'patternProperties' || now['additionalProperties'] !== undefined)
      .map((name) => `no longer has the keyword ${name}, which is not compared`),
  ];
}

const uncomparedIn = (schema: Schema): readonly string[] =>
  Object.keys(schema).filter(
    (name) =>
      schema[name] !== undefined && !isAnnotation(name) && (!isCompared(name) || isUnreadable(name, schema)),
  );

/** As older drafts have it. */
const isUnreadable = (name: string, schema: Schema): boolean =>
  name === 'items' && Array.isArray(schema[name]);

function isOther(name: string, old: Schema, now: Schema): boolean {
  const about = [name, ...(DEPENDENT[name] ?? [])];
  return about.some((each) => {
    const [was, is] = [old[each], now[each]];
    if (was === undefined || is === undefined) return was !== is;
    // What a reference leads to may have changed.
    return !isSameJson(was, is) || name === '$ref' || refersElsewhere(is);
  });
}

function refersElsewhere(value: Schema[string]): boolean {
  if (Array.isArray(value)) return value.some(refersElsewhere);
  if (!isSchema(value)) return false;
  return Object.entries(value).some(
    ([name, each]) => /^\$(?:dynamic|recursive)?ref$/i.test(name) || refersElsewhere(each),
  );
}
