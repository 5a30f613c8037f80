/** Which members a schema promises. */
import { z } from 'zod';
import type { Json } from '../../event.js';
import { missingInSchema } from './fields.js';

const line = z.strictObject({ price: z.number(), note: z.string().optional() });
const schema = z.toJSONSchema(
  z.strictObject({
    id: z.string(),
    pair: z.tuple([line, line]),
    mixed: z.tuple([line, z.strictObject({})]),
    lines: z.array(line),
    totals: z.record(z.string(), z.number()),
    limits: z.record(z.enum(['low', 'high']), z.number()),
    loose: z.looseObject({ a: z.string() }),
    any: z.any(),
    both: z.intersection(z.object({ a: z.string() }), z.object({ b: z.int() })),
    either: z.union([z.strictObject({ a: z.int() }), z.strictObject({ b: z.int() })]),
    customer: z.strictObject({ id: z.string() }).nullable(),
  }),
) as Json;

describe('a schema', () => {
  it.each([
    'id',
    'pair.*.price',
    'pair.0.price',
    'lines.*.price',
    'lines.*.note?',
    'lines.0.price?',
    'totals.*',
    'totals.eur?',
    'limits.low',
    'loose.a',
    'loose.b?',
    'both.a',
    'both.b',
    'either.a?',
    'customer.id?',
    'any',
    'any.thing?',
  ])('promises %s', (field) => {
    expect(missingInSchema(schema, field)).toBeUndefined();
  });

  it.each([
    ['pair.*.note', 'optional'],
    ['pair.*.amount', 'absent'],
    ['pair.2.price', 'absent'],
    ['mixed.*.price', 'absent'],
    ['lines.0.price', 'optional'],
    ['lines.first.price', 'absent'],
    ['totals.eur', 'optional'],
    ['limits.middle', 'absent'],
    ['loose.b', 'optional'],
    ['loose.a.b', 'absent'],
    ['id.b', 'absent'],
    ['id.b?', 'absent'],
    ['both.c', 'absent'],
    ['either.a', 'optional'],
    ['customer.id', 'optional'],
    ['any.thing', 'optional'],
  ])('does not promise %s: it is %s', (field, detail) => {
    expect(missingInSchema(schema, field)).toMatchObject({ detail });
  });
});
