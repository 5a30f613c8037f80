/** Where a schema refuses data that another one takes. */
import { z } from 'zod';
import type { Json } from '../../event.js';
import { narrowings } from './narrowing.js';

const schemaOf = (schema: z.ZodType): Json => z.toJSONSchema(schema) as Json;

const between = (before: z.ZodType, after: z.ZodType): readonly string[] =>
  narrowings(schemaOf(before), schemaOf(after)).map(({ field, what }) => `${field}: ${what}`);

const customer = z.strictObject({ id: z.string(), name: z.string().optional() });
const order = z.strictObject({
  total: z.int(),
  customer,
  lines: z.array(z.strictObject({ price: z.number() })),
  rates: z.record(z.string(), z.number()),
  status: z.enum(['open', 'paid']),
});

describe('narrowings', () => {
  it('are none of the same schema, or of a wider one', () => {
    expect(between(order, order)).toEqual([]);
    const wider = order.extend({
      total: z.number(),
      note: z.string().optional(),
      status: z.enum(['open', 'paid', 'lost']),
      customer: customer.partial(),
    });
    expect(between(order, wider)).toEqual([]);
    expect(between(z.string().min(3).max(5), z.string().min(2).max(6))).toEqual([]);
    expect(between(z.int().min(1).max(5), z.int().min(0).max(9))).toEqual([]);
    expect(between(z.string(), z.union([z.string(), z.int()]))).toEqual([]);
    expect(between(z.literal('a'), z.enum(['a', 'b']))).toEqual([]);
    expect(between(z.string(), z.string().nullable())).toEqual([]);
  });

  it.each<readonly [what: string, after: z.ZodType, narrowing: string]>([
    [
      'a required member that was added',
      order.extend({ vip: z.boolean() }),
      'vip: was added, and is required',
    ],
    [
      'a member that becomes required',
      order.extend({ customer: customer.required() }),
      'customer.name: is required, and was not',
    ],
    ['a member that was removed', order.omit({ total: true }), 'total: was removed'],
    ['another type', order.extend({ total: z.string() }), 'total: is string, and was integer'],
    ['fewer values', order.extend({ status: z.enum(['open']) }), 'status: no longer is paid'],
    [
      'a bound within an array',
      order.extend({ lines: z.array(z.strictObject({ price: z.number().min(0) })) }),
      'lines.*.price: has minimum 0, and had none',
    ],
    [
      'a bound within a record',
      order.extend({ rates: z.record(z.string(), z.number().max(1)) }),
      'rates.*: has maximum 1, and had none',
    ],
  ])('tell of %s', (_what, after, narrowing) => {
    expect(between(order, after)).toEqual([narrowing]);
  });

  it.each<readonly [what: string, before: z.ZodType, after: z.ZodType, narrowing: string]>([
    ['a longer minimum', z.string().min(1), z.string().min(2), ': has minLength 2, and had 1'],
    ['another pattern', z.string(), z.string().regex(/^a/), ': has pattern ^a, and had none'],
    ['values in place of a type', z.string(), z.enum(['a', 'b']), ': is only a or b'],
    ['a lost alternative', z.union([z.string(), z.int()]), z.string(), ': is string, and was integer'],
    ['null that is gone', z.string().nullable(), z.string(), ': is string, and was null'],
    [
      'a lost alternative of several',
      z.union([z.string(), z.boolean(), z.null()]),
      z.union([z.string(), z.null()]),
      ': no longer may be {"type":"boolean"}',
    ],
    ['anything that becomes something', z.any(), z.string(), ': is string, and was anything'],
  ])('tell of %s', (_what, before, after, narrowing) => {
    expect(between(before, after)).toEqual([narrowing]);
  });

  it('are seen behind a reference', () => {
    const paid = (cents: z.ZodType): Json => {
      const money = z.strictObject({ cents }).meta({ id: 'Money' });
      const schema = schemaOf(z.strictObject({ price: money, tip: money.optional() }));
      z.globalRegistry.remove(money);
      return schema;
    };
    expect(narrowings(paid(z.int()), paid(z.string()))).toEqual([
      { field: 'price.cents', what: 'is string, and was integer' },
      { field: 'tip.cents', what: 'is string, and was integer' },
    ]);
    expect(narrowings(paid(z.int()), paid(z.number()))).toEqual([]);
  });

  it('are seen in an intersection', () => {
    const of = (b: z.ZodType): z.ZodType => z.intersection(z.object({ a: z.string() }), z.object({ b }));
    expect(between(of(z.int()), of(z.string()))).toEqual(['b: is string, and was integer']);
  });

  it.each<readonly [what: string, before: z.ZodType, after: z.ZodType, narrowing: readonly string[]]>([
    [
      'other items of a tuple',
      z.tuple([z.string(), z.number()]),
      z.tuple([z.number(), z.string()]),
      ['0: is number, and was string', '1: is string, and was number'],
    ],
    [
      'a tuple in place of an array',
      z.array(z.number()),
      z.tuple([z.string()], z.number()),
      ['0: is string, and was number', ': has minItems 1, and had none'],
    ],
    [
      'an array in place of a tuple',
      z.tuple([z.string(), z.number()]),
      z.array(z.number()),
      ['0: is number, and was string'],
    ],
    [
      'a loose object that becomes strict',
      z.looseObject({ a: z.string() }),
      z.strictObject({ a: z.string() }),
      [': takes no other members any more'],
    ],
    [
      'a record that becomes an object',
      z.record(z.string(), z.number()),
      z.strictObject({}),
      [': takes no other members any more'],
    ],
    [
      'a record of which names get a pattern',
      z.record(z.string(), z.number()),
      z.record(z.string().regex(/^a/), z.number()),
      [': requires of each name that it has pattern ^a, and had none'],
    ],
    [
      'a record of fewer names',
      z.partialRecord(z.enum(['x', 'y']), z.number()),
      z.partialRecord(z.enum(['x']), z.number()),
      ['y: was removed'],
    ],
    [
      'a name of a record that gets another type',
      z.record(z.string(), z.number()),
      z.object({ a: z.string().optional() }).catchall(z.number()),
      ['a: is string, and was number'],
    ],
    ['a value that there may not be any more', z.int(), z.never(), [': is taken no more']],
    [
      'a bound that is excluded',
      z.number().nonnegative(),
      z.number().positive(),
      [': has exclusiveMinimum 0, and had minimum 0'],
    ],
    ['an upper bound', z.number().lt(5), z.number().max(4), [': has maximum 4, and had exclusiveMaximum 5']],
    ['a bound of an integer', z.int().min(1), z.int().gt(1), [': has exclusiveMinimum 1, and had minimum 1']],
    [
      'a value that no alternative has',
      z.enum(['x', 'y']).nullable(),
      z.union([z.literal('x'), z.null()]),
      [': no longer may be {"const":"y"}'],
    ],
    ['values that are too short', z.enum(['a', 'bcd']), z.string().min(2), [': has minLength 2, and had 1']],
  ])('tell of %s', (_what, before, after, expected) => {
    expect(between(before, after)).toEqual(expected);
  });

  it.each<readonly [what: string, before: z.ZodType, after: z.ZodType]>([
    ['a bound that is not excluded any more', z.number().positive(), z.number().nonnegative()],
    ['the same bound of an integer', z.int().min(1), z.int().positive()],
    ['the same bound of an integer, the other way round', z.int().negative(), z.int().max(-1)],
    ['literals in place of an enum', z.enum(['x', 'y']), z.union([z.literal('x'), z.literal('y')])],
    ['an enum in place of literals', z.union([z.literal('x'), z.literal('y')]), z.enum(['x', 'y'])],
    [
      'a type in place of values',
      z.union([z.literal('x'), z.literal('y')]),
      z
        .string()
        .min(1)
        .regex(/^[xy]$/),
    ],
    ['types in place of values', z.enum(['x', 'y']), z.union([z.string(), z.int()])],
    ['a longer tuple', z.tuple([z.string()]), z.tuple([z.string(), z.int().optional()])],
    ['an array in place of a tuple', z.tuple([z.int(), z.int()]), z.array(z.number())],
    [
      'an object in place of a record of its members',
      z.record(z.enum(['x']), z.int()),
      z.strictObject({ x: z.int() }),
    ],
    [
      'a record in place of an object',
      z.strictObject({ ab: z.int() }),
      z.record(z.string().regex(/^a/), z.int()),
    ],
    ['an object that becomes loose', z.strictObject({ a: z.int() }), z.looseObject({ a: z.int() })],
    [
      'a new optional member of a loose object',
      z.looseObject({ a: z.int() }),
      z.looseObject({ a: z.int(), b: z.int().optional() }),
    ],
  ])('are none of %s', (_what, before, after) => {
    expect(between(before, after)).toEqual([]);
  });

  it('end where a schema refers to itself', () => {
    const tree: z.ZodType = z.strictObject({
      value: z.int(),
      get next() {
        return tree.optional();
      },
    });
    const other: z.ZodType = z.strictObject({
      value: z.string(),
      get next() {
        return other.optional();
      },
    });
    expect(between(tree, other)).toEqual([
      'value: is string, and was integer',
      'next: is narrower, as all of it is',
    ]);
    expect(between(z.json(), z.strictObject({ any: z.json() }))).not.toEqual([]);
    expect(between(tree, tree)).toEqual([]);
  });
});
