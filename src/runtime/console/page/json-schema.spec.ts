/** What is read of JSON Schema, in the forms of draft 2020-12 and of OpenAPI 3.0. */
import {
  constraintsOf,
  namedValues,
  partsOf,
  plainSchema,
  pointerOf,
  type JsonSchema,
} from './json-schema.js';

describe('a schema', () => {
  it.each<[string, JsonSchema, object]>([
    ['with null beside its type', { type: ['string', 'null'] }, { type: 'string' }],
    ['that is nullable, as OpenAPI 3.0 has it', { type: 'string', nullable: true }, { type: 'string' }],
    ['or null', { anyOf: [{ type: 'integer' }, { type: 'null' }] }, { type: 'integer' }],
    ['or null as a constant', { oneOf: [{ enum: [null] }, { type: 'integer' }] }, { type: 'integer' }],
  ])('%s is that of the value, which may be null', (_, given, expected) => {
    expect(plainSchema(given, given)).toMatchObject({ schema: expected, isNullable: true });
  });

  it('is what it refers to, with what stands beside the reference', () => {
    const root = { $defs: { id: { type: 'string', title: 'Id' } } };
    expect(plainSchema({ $ref: '#/$defs/id', description: 'Whose' }, root)).toMatchObject({
      schema: { type: 'string', title: 'Id', description: 'Whose' },
      isNullable: false,
    });
  });

  it.each(['#/$defs/a', '#/nowhere', 'https://example.org/schema'])(
    'that refers to %s says nothing',
    (to) => {
      const root = { $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } } };
      expect(plainSchema({ $ref: to }, root).schema).toEqual({});
    },
  );
});

describe('constraints', () => {
  it.each<[JsonSchema, string]>([
    [{ minLength: 1, maxLength: 1000 }, '1 to 1,000 characters'],
    [{ minLength: 0, maxLength: 1 }, 'at most 1 character'],
    [{ minItems: 2, maxItems: 2 }, 'exactly 2 entries'],
    [{ exclusiveMinimum: 0, maximum: Number.MAX_SAFE_INTEGER }, 'more than 0'],
    [{ minimum: 0, exclusiveMinimum: true, maximum: 9 }, 'more than 0, at most 9'],
    [{ minimum: -Number.MAX_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }, ''],
    [{ format: 'email', pattern: '^.+@.+$' }, 'an e-mail address'],
    [{ pattern: '^[a-z]+$' }, 'matches ^[a-z]+$'],
  ])('%j are said as %j', (schema, words) => {
    expect(constraintsOf(schema).join(', ')).toBe(words);
  });
});

describe('the values that a schema names', () => {
  it.each<[JsonSchema, readonly unknown[] | undefined]>([
    [{ enum: ['a', 'b'] }, ['a', 'b']],
    [{ const: 1 }, [1]],
    [{ anyOf: [{ const: 'a' }, { enum: [2, 3] }] }, ['a', 2, 3]],
    [{ anyOf: [{ const: 'a' }, { type: 'string' }] }, undefined],
    [{ type: 'string' }, undefined],
  ])('of %j are %j', (schema, values) => {
    expect(namedValues(schema)).toEqual(values);
  });
});

describe('a pointer', () => {
  it('of a fragment or of a text leads to the same place', () => {
    expect(partsOf('#/a~1b/c%20d/0')).toEqual(['a/b', 'c d', '0']);
    expect(partsOf(pointerOf(['a/b', 'c d', 0, '~']))).toEqual(['a/b', 'c d', '0', '~']);
  });
});
