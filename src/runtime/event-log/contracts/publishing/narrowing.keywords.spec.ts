/** Intersections, and the keywords of JSON Schema that zod does not give: nothing that takes less is called compatible. */
import { z } from 'zod';
import type { Json } from '../../event.js';
import { narrowings } from './narrowing.js';

const said = (before: Json, after: Json): readonly string[] =>
  narrowings(before, after).map(({ field, what }) => `${field}: ${what}`);

const between = (before: z.ZodType, after: z.ZodType): readonly string[] =>
  said(z.toJSONSchema(before) as Json, z.toJSONSchema(after) as Json);

describe('an intersection', () => {
  it.each<readonly [what: string, before: z.ZodType, after: z.ZodType, narrowing: readonly string[]]>([
    [
      'a second pattern',
      z.string().regex(/^a/),
      z.string().regex(/^a/).regex(/b$/),
      [': has pattern b$, and had ^a'],
    ],
    [
      'the first of two patterns that is another',
      z.string().regex(/^a/).regex(/b$/),
      z.string().regex(/^x/).regex(/b$/),
      [': has pattern ^x, and had ^a and b$'],
    ],
    [
      'a beginning beside an end',
      z.string().endsWith('b'),
      z.string().startsWith('a').endsWith('b'),
      [': has pattern ^a.*, and had .*b$'],
    ],
    [
      'a bound of its first part',
      z.intersection(z.object({ a: z.int() }), z.object({ a: z.number() })),
      z.intersection(z.object({ a: z.int().min(5) }), z.object({ a: z.number() })),
      ['a: has minimum 5, and had none'],
    ],
    [
      'values that only one part lists',
      z.intersection(z.enum(['a', 'b']), z.string()),
      z.intersection(z.enum(['a', 'b']), z.enum(['b', 'c'])),
      [': no longer is a'],
    ],
    [
      'a member that one part requires',
      z.intersection(z.object({ a: z.int().optional() }), z.object({ a: z.int().optional() })),
      z.intersection(z.object({ a: z.int() }), z.object({ a: z.int().optional() })),
      ['a: is required, and was not'],
    ],
    [
      'one of two divisors',
      z.number().multipleOf(6),
      z.number().multipleOf(2).multipleOf(5),
      [': has multipleOf 5, and had 6'],
    ],
    [
      'items of its first part',
      z.intersection(z.array(z.number()), z.array(z.number())),
      z.intersection(z.array(z.int()), z.array(z.number())),
      ['*: is integer, and was number'],
    ],
  ])('is narrower by %s', (_what, before, after, narrowing) => {
    expect(between(before, after)).toEqual(narrowing);
  });

  it.each<readonly [what: string, before: z.ZodType, after: z.ZodType]>([
    ['fewer patterns', z.string().regex(/^a/).regex(/b$/), z.string().regex(/b$/)],
    [
      'the same patterns in another order',
      z.string().regex(/^a/).regex(/b$/),
      z.string().regex(/b$/).regex(/^a/),
    ],
    ['only an end', z.string().startsWith('a').endsWith('b'), z.string().endsWith('b')],
    ['a smaller divisor', z.number().multipleOf(6), z.number().multipleOf(3).multipleOf(2)],
    [
      'one object in place of two',
      z.intersection(z.looseObject({ a: z.int() }), z.looseObject({ b: z.int() })),
      z.looseObject({ a: z.int(), b: z.number() }),
    ],
    [
      'one of a union and an object',
      z.intersection(
        z.union([z.looseObject({ a: z.int() }), z.looseObject({ b: z.int() })]),
        z.looseObject({ c: z.int() }),
      ),
      z.union([z.looseObject({ a: z.int(), c: z.number() }), z.looseObject({ b: z.int() })]),
    ],
  ])('is not narrower by %s', (_what, before, after) => {
    expect(between(before, after)).toEqual([]);
  });

  it('of itself adds nothing, and of what refers to itself ends', () => {
    const self = { type: 'object', allOf: [{ $ref: '#' }] };
    expect(said(self, { ...self, required: ['a'] })).toEqual(['a: was added, and is required']);
    expect(said({ allOf: [{ $ref: '#' }] }, { type: 'string', allOf: [{ $ref: '#' }] })).toEqual([
      ': is string, and was anything',
    ]);
    const list = (value: string, other: string): Json => ({
      allOf: [{ $ref: '#/$defs/one' }, { $ref: '#/$defs/other' }],
      $defs: {
        one: { type: 'object', properties: { value: { type: value }, next: { $ref: '#/$defs/one' } } },
        other: { type: 'object', properties: { value: { type: other }, next: { $ref: '#/$defs/other' } } },
      },
    });
    expect(said(list('number', 'integer'), list('integer', 'number'))).toEqual([]);
    expect(said(list('number', 'number'), list('number', 'integer'))).toEqual([
      'value: is integer, and was number',
      'next: is narrower, as all of it is',
    ]);
  });

  it('is narrower by a part that takes no other members', () => {
    const of = (rest: boolean): Json => ({
      allOf: [
        { type: 'object', properties: { a: {} }, additionalProperties: rest },
        { properties: { b: {} }, required: ['b'] },
      ],
    });
    expect(said(of(true), of(false))).toEqual(['b: was removed', ': takes no other members any more']);
  });

  it('of more unions than can be compared is narrower', () => {
    const union = (name: string): Json => ({
      anyOf: Array.from({ length: 9 }, (_, index) => ({
        properties: { [name]: { const: index } },
        required: [name],
      })),
    });
    const of = (type: string): Json => ({ type, allOf: ['a', 'b', 'c', 'd'].map(union) });
    expect(said(of('object'), { ...(of('object') as object), title: 'other' })).toEqual([
      ': is another schema, and has more alternatives than can be compared',
    ]);
  });
});

describe('what stands beside a reference or a union', () => {
  const $defs = { text: { type: 'string' } };

  it('is kept as well', () => {
    expect(said({ $ref: '#/$defs/text', $defs }, { $ref: '#/$defs/text', maxLength: 5, $defs })).toEqual([
      ': has maxLength 5, and had none',
    ]);
    const union = { anyOf: [{ type: 'string' }, { type: 'object', properties: { a: {} } }] };
    expect(said(union, { ...union, minLength: 1, required: ['a'] })).toEqual([
      ': no longer may be {"type":"string"}',
      ': no longer may be {"type":"object","properties":{"a":{}}}',
    ]);
    expect(said({ ...union, maxLength: 4 }, { ...union, maxLength: 5 })).toEqual([]);
  });

  it('is `anyOf` beside `oneOf`, each with its own alternatives', () => {
    const both = (least: number): Json => ({
      anyOf: [{ type: 'string' }, { type: 'integer' }],
      oneOf: [{ type: 'integer', minimum: least }, { type: 'boolean' }],
    });
    expect(said(both(1), both(0))).toEqual([]);
    expect(said(both(0), both(1))).toEqual([': has minimum 1, and had 0']);
  });

  it('is not compared where several alternatives of `oneOf` may take a value', () => {
    const alternatives = [{ type: 'number' }, { type: 'integer' }];
    expect(said({ anyOf: alternatives }, { oneOf: alternatives })).not.toEqual([]);
    expect(
      said(
        { anyOf: [{ type: 'string' }, { type: 'integer' }] },
        { oneOf: [{ type: 'string' }, { type: 'integer' }] },
      ),
    ).toEqual([]);
  });

  it('is a reference that leads nowhere: it is not compared', () => {
    expect(said({ type: 'string' }, { type: 'string', $ref: 'https://example.org/text' })).toEqual([
      ': has the keyword $ref, which is not compared, and had not',
    ]);
  });
});

const PLAIN = { type: 'object', properties: { a: { type: 'string' } } };

describe('a keyword that is not compared', () => {
  it.each<readonly [keyword: string, value: Json]>([
    ['patternProperties', { '^x': { type: 'string' } }],
    ['if', { required: ['a'] }],
    ['not', { required: ['b'] }],
    ['dependentRequired', { a: ['b'] }],
    ['dependentSchemas', { a: { required: ['b'] } }],
    ['unevaluatedProperties', false],
    ['contains', { type: 'string' }],
    ['uniqueItems', true],
    ['contentEncoding', 'base64'],
    ['made-up', 1],
  ])('is narrower where it is added: %s', (keyword, value) => {
    const added = ': has the keyword ' + keyword + ', which is not compared, and had not';
    expect(said(PLAIN, { ...PLAIN, [keyword]: value })).toContain(added);
    const other = { ...PLAIN, [keyword]: [value] };
    expect(said({ ...PLAIN, [keyword]: value }, other).join()).toContain(`has another ${keyword}`);
    expect(said({ ...PLAIN, [keyword]: value }, { ...PLAIN, title: 'the same', [keyword]: value })).toEqual(
      [],
    );
  });

  it('is narrower where it depends on what has changed, and where it took more', () => {
    const named = { ...PLAIN, patternProperties: { '^x': { type: 'string' } }, additionalProperties: false };
    const more = { ...named, properties: { a: { type: 'string' }, x1: { type: 'integer' } } };
    expect(said(named, more).join()).toContain('patternProperties');
    expect(said(named, { ...PLAIN, additionalProperties: false }).join()).toContain('patternProperties');
    const closed = { ...PLAIN, unevaluatedProperties: false };
    expect(said(closed, { ...closed, properties: {} }).join()).toContain('unevaluatedProperties');
    const to = (least: number): Json => ({
      not: { $ref: '#/$defs/few' },
      $defs: { few: { type: 'integer', minimum: least } },
    });
    expect(said(to(9), to(5)).join()).toContain('has another not');
  });

  it('is none that tells nothing about data', () => {
    const described = {
      ...PLAIN,
      title: 'a',
      description: 'b',
      examples: [],
      default: {},
      'x-team': 'shop',
      $id: 'urn:a',
    };
    expect(said(PLAIN, described)).toEqual([]);
  });
});

describe('what zod gives in another way', () => {
  it.each<readonly [what: string, before: Json, after: Json, narrowing: string]>([
    ['`required` without a type', PLAIN, { required: ['a'] }, 'a: is required, and was not'],
    [
      'members without a type',
      PLAIN,
      { properties: { a: { type: 'integer' } } },
      'a: is integer, and was string',
    ],
    ['both without a type', { properties: {} }, { required: ['a'] }, 'a: was added, and is required'],
    ['no further items', { type: 'array' }, { type: 'array', items: false }, '*: was removed'],
    ['a member that is false', PLAIN, { ...PLAIN, properties: { a: false } }, 'a: was removed'],
    [
      'names that are false',
      PLAIN,
      { ...PLAIN, propertyNames: false },
      ': requires of each name that it is taken no more',
    ],
    [
      'names that are longer',
      PLAIN,
      { ...PLAIN, propertyNames: { minLength: 2 } },
      ': requires of each name that it has minLength 2, and had none',
    ],
    ['several types', { type: ['string', 'null'] }, { type: 'string' }, ': is string, and was null'],
    [
      'a member of every object',
      { type: 'object' },
      { type: 'object', properties: { toString: { type: 'string' } }, additionalProperties: false },
      ': takes no other members any more',
    ],
    [
      'an object that is listed',
      { const: { a: 1 } },
      { type: 'object', required: ['b'] },
      'b: was added, and is required',
    ],
    [
      'listed values that a bound excludes',
      { enum: ['a', 'bc'] },
      { enum: ['a', 'bc'], minLength: 2 },
      ': has minLength 2, and had 1',
    ],
    [
      'items in the way of older drafts',
      { type: 'array' },
      { type: 'array', items: [{ type: 'string' }] },
      ': has the keyword items, which is not compared, and had not',
    ],
    ['nothing at all', {}, false, ': is taken no more'],
  ])('is seen: %s', (_what, before, after, narrowing) => {
    expect(said(before, after)).toContain(narrowing);
  });

  it('is compatible where it takes the same', () => {
    expect(said({ const: { a: 1 } }, { type: 'object', required: ['a'] })).toEqual([]);
    expect(said({ type: 'string' }, { required: ['a'], minimum: 3 })).toEqual([]);
    expect(said({ type: 'array', prefixItems: [{}], items: false }, { type: 'array' })).toEqual([]);
  });
});
