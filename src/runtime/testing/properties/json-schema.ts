/** The part of JSON Schema that arbitraries are made of, in the dialects of draft 2020-12 and OpenAPI 3.0. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly type?: string | readonly string[];
  /** OpenAPI 3.0: null is taken as well. */
  readonly nullable?: boolean;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly propertyNames?: JsonSchema;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly items?: boolean | JsonSchema;
  readonly prefixItems?: readonly JsonSchema[];
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  /** OpenAPI 3.0: whether `minimum` itself is not taken. */
  readonly exclusiveMinimum?: number | boolean;
  readonly exclusiveMaximum?: number | boolean;
  readonly multipleOf?: number;
  readonly not?: unknown;
  readonly if?: unknown;
  readonly patternProperties?: unknown;
}

/** All references in a schema, as they are written. */
export function referencesIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) =>
    name === '$ref' && typeof each === 'string' ? [each] : referencesIn(each),
  );
}

/** What a reference such as `#` or `#/$defs/node` means. @throws Error when it is none of this schema's */
export function resolved(root: JsonSchema, reference: string): JsonSchema {
  const path = reference.split('/').slice(1);
  const found = path.reduce<unknown>(
    (within, part) =>
      (within as Readonly<Record<string, unknown>> | undefined)?.[
        part.replaceAll('~1', '/').replaceAll('~0', '~')
      ],
    root,
  );
  if (!reference.startsWith('#') || found === undefined)
    throw new Error(`the reference ${reference} leads out of the schema`);
  return found as JsonSchema;
}

/** One schema in place of an `allOf`: members of all, bounds as they are narrowest, patterns in a list. */
export function merged({ allOf = [], ...own }: JsonSchema): {
  readonly schema: JsonSchema;
  readonly patterns: readonly string[];
} {
  const parts = [own, ...allOf.map((each) => merged(each).schema)];
  const patterns = parts.flatMap(({ pattern }) => pattern ?? []);
  const schema = parts.reduce<JsonSchema>((all, part) => {
    const properties = { ...all.properties, ...part.properties };
    const required = [...(all.required ?? []), ...(part.required ?? [])];
    return {
      ...all,
      ...part,
      ...(Object.keys(properties).length > 0 && { properties }),
      ...(required.length > 0 && { required: [...new Set(required)] }),
      ...narrowest('minimum', Math.max, all, part),
      ...narrowest('maximum', Math.min, all, part),
      ...narrowest('minLength', Math.max, all, part),
      ...narrowest('maxLength', Math.min, all, part),
    };
  }, {});
  return { schema, patterns };
}

function narrowest(
  name: 'minimum' | 'maximum' | 'minLength' | 'maxLength',
  choose: (one: number, other: number) => number,
  one: JsonSchema,
  other: JsonSchema,
): JsonSchema {
  const given = [one[name], other[name]].filter((each) => each !== undefined);
  const [first, ...rest] = given;
  return first === undefined ? {} : { [name]: rest.reduce(choose, first) };
}
