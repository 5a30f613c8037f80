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
    expect(between(tree, other)[0]).toBe('value: is string, and was integer');
  });
});
