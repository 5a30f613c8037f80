/** Arbitraries of the data of events: always valid, of everything that the schema allows, and refused by name. */
import fc from 'fast-check';
import { z } from 'zod';
import { defineEvent, type EventContract } from '../../event-log/contracts/event-contract.js';
import type { Json } from '../../event-log/event.js';
import { arbitraryOf, arbitraryOfInput } from './index.js';

const CANONICAL_INTEGER = /^(?:0|-?[1-9]\d{0,999})$/;

const numberRecorded = defineEvent({
  type: 'number.recorded',
  schema: z.strictObject({ value: z.string().regex(CANONICAL_INTEGER) }),
});

const numberRetracted = defineEvent({
  type: 'number.retracted',
  schema: z.strictObject({
    number: z.int().min(1),
    value: z.string().regex(CANONICAL_INTEGER),
    reason: z.string().min(1).max(1000),
  }),
});

const contractOf = <Data extends Json>(schema: z.ZodType<Data>): EventContract<string, Data> =>
  defineEvent({ type: 'thing.made', schema });

const valuesOf = <Data extends Json>(schema: z.ZodType<Data>): readonly Data[] =>
  fc.sample(arbitraryOf(contractOf(schema)), { numRuns: 200, seed: 7 });

// eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- an interface is no Json
type Tree = {
  readonly value: number;
  readonly children?: readonly Tree[] | undefined;
};
const tree: z.ZodType<Tree> = z.object({
  value: z.int(),
  get children() {
    return z.array(tree).optional();
  },
});

const SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  text: z.string(),
  'short text': z.string().min(2).max(5),
  'text of a pattern': z.string().regex(/^[A-Z]{2}-\d{3,5}$/),
  'text of a pattern and a length': z
    .string()
    .regex(/^a+b*$/)
    .max(4),
  email: z.email(),
  uuid: z.uuid(),
  url: z.url(),
  'date and time': z.iso.datetime(),
  date: z.iso.date(),
  time: z.iso.time(),
  duration: z.iso.duration(),
  'IPv4 address': z.ipv4(),
  base64: z.base64(),
  'telephone number': z.e164(),
  integer: z.int(),
  'bounded integer': z.int().min(-3).max(9),
  'positive integer': z.int().positive(),
  'multiple of 5': z.int().multipleOf(5).min(1).max(99),
  number: z.number(),
  'positive number': z.number().positive().max(1),
  'amount in hundredths': z.number().multipleOf(0.01).min(0).max(100),
  boolean: z.boolean(),
  null: z.null(),
  literal: z.literal(3),
  'one of several': z.enum(['a', 'b']),
  'null or a text': z.string().nullable(),
  'array with bounds': z.array(z.int()).min(1).max(3),
  tuple: z.tuple([z.string(), z.int()]),
  record: z.record(z.string(), z.int()),
  'record of named members': z.record(z.enum(['x', 'y']), z.boolean()),
  'record of some named members': z.partialRecord(z.enum(['x', 'y']), z.boolean()),
  'optional members': z.strictObject({ a: z.string().optional(), b: z.int() }),
  intersection: z.intersection(z.object({ a: z.string() }), z.object({ b: z.int() })),
  union: z.union([z.string(), z.int()]),
  'discriminated union': z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('one') }),
    z.strictObject({ kind: z.literal('two'), two: z.int() }),
  ]),
  'any JSON': z.json(),
  tree,
  'refined object': z
    .strictObject({ from: z.int(), to: z.int() })
    .refine(({ from, to }) => from <= to, 'from is before to'),
};

describe('an arbitrary of a contract', () => {
  it.each(Object.keys(SCHEMAS))(
    'gives data that its schema takes, and that is the same as JSON: %s',
    (name) => {
      const schema = SCHEMAS[name] as z.ZodType<Json>;
      const values = valuesOf(schema);
      const wrong = values.filter((value) => !schema.safeParse(value).success);
      expect(wrong).toEqual([]);
      expect(JSON.parse(JSON.stringify(values))).toEqual(values);
    },
  );

  it('gives every alternative and every optional member, with and without', () => {
    const kinds = valuesOf(SCHEMAS['discriminated union'] as z.ZodType<{ readonly kind: string }>);
    expect(new Set(kinds.map(({ kind }) => kind))).toEqual(new Set(['one', 'two']));
    const members = valuesOf(SCHEMAS['optional members'] as z.ZodType<{ readonly b: number }>);
    expect(new Set(members.map((value) => 'a' in value))).toEqual(new Set([true, false]));
    expect(new Set(valuesOf(z.string().nullable()).map((value) => value === null)).size).toBe(2);
  });

  it('shrinks to the simplest data', () => {
    const details = fc.check(
      fc.property(arbitraryOf(numberRetracted), ({ number }) => number < 1000),
      { seed: 3, numRuns: 1000 },
    );
    expect(details.counterexample).toEqual([
      { number: 1000, value: expect.stringMatching(/^\d$/) as string, reason: ' ' },
    ]);
    const nested = fc.check(
      fc.property(arbitraryOf(contractOf(tree)), ({ children = [] }) => children.length < 2),
      { seed: 3, numRuns: 1000 },
    );
    expect(nested.counterexample).toEqual([{ value: 0, children: [{ value: 0 }, { value: 0 }] }]);
  });

  it('keeps long patterns', () => {
    for (const { value } of fc.sample(arbitraryOf(numberRecorded), { numRuns: 300, seed: 1 }))
      expect(value).toMatch(CANONICAL_INTEGER);
  });

  it('takes another arbitrary for a member, by its path', () => {
    const schema = z.strictObject({ lines: z.array(z.strictObject({ price: z.int() })), note: z.string() });
    const made = arbitraryOf(contractOf(schema), {
      fields: { 'lines.*.price': fc.constant(5), note: fc.constant('n') },
    });
    const values = fc.sample(made, { numRuns: 50, seed: 1 });
    expect(values.every(({ note }) => note === 'n')).toBe(true);
    const prices = values.flatMap(({ lines }) => lines.map(({ price }) => price));
    expect(new Set(prices)).toEqual(new Set([5]));
    expect(() => arbitraryOf(contractOf(schema), { fields: { pirce: fc.constant(5) } })).toThrow(
      'thing.made: there is no member pirce',
    );
  });

  it.each<readonly [why: string, schema: z.ZodType, message: string]>([
    [
      'a format',
      z.strictObject({ token: z.jwt() }),
      'thing.made: token cannot be generated: its format is jwt. Give',
    ],
    [
      'a pattern that fast-check cannot make',
      z.strictObject({ a: z.strictObject({ b: z.string().regex(/^(?=x)y/) }) }),
      'thing.made: a.b cannot be generated: ',
    ],
    [
      'a refinement that hardly any value keeps',
      z.strictObject({ code: z.string().refine((text) => text === 'sesame') }),
      "thing.made: code cannot be generated: of 200 values, its schema takes 0. Give an arbitrary: { fields: { 'code': fc… } }",
    ],
    [
      'bounds without a number',
      z.strictObject({ n: z.int().min(5).max(4) }),
      'n cannot be generated: no number is within its bounds',
    ],
  ])('is refused, by name, because of %s', (_why, schema, message) => {
    expect(() => arbitraryOf(contractOf(schema as z.ZodType<Json>))).toThrow(message);
  });

  it('is made where what cannot be generated is given', () => {
    const schema = z.strictObject({ code: z.string().refine((text) => text === 'sesame') });
    const fields = { code: fc.constant('sesame') };
    expect(fc.sample(arbitraryOf(contractOf(schema), { fields }), 1)).toEqual([{ code: 'sesame' }]);
  });
});

describe('an arbitrary of an input', () => {
  it('gives what a client sends, before defaults and transformations', () => {
    const input = z.strictObject({
      tip: z.int().min(0).default(0),
      name: z.string().transform((text) => text.length),
    });
    const values = fc.sample(arbitraryOfInput(input), { numRuns: 100, seed: 1 });
    expect(new Set(values.map(({ tip }) => typeof tip))).toEqual(new Set(['number', 'undefined']));
    expect(values.every(({ name }) => typeof name === 'string')).toBe(true);
  });

  it('is made of any Standard Schema that tells its JSON Schema', () => {
    const schema = {
      '~standard': {
        version: 1 as const,
        vendor: 'another',
        validate: (value: unknown) => ({ value }),
        jsonSchema: {
          input: () => ({ type: 'integer', minimum: 1, exclusiveMinimum: true, maximum: 3, nullable: true }),
        },
      },
    };
    expect(new Set(fc.sample(arbitraryOfInput(schema), { numRuns: 200, seed: 1 }))).toEqual(
      new Set([2, 3, null]),
    );
  });
});
