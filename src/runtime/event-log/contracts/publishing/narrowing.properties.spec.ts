/** Two schemas of any kind, held against what ajv takes: nothing that takes less is called compatible. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import type { Json } from '../../event.js';
import { narrowings } from './narrowing.js';

const leaf = fc.constantFrom<Json>(
  ...[{ type: 'string' }, { type: 'integer' }, { type: 'number' }, { const: 'a' }, { enum: ['a', 'bb', 2] }],
  ...[{ minLength: 2 }, { minimum: 2 }, { maximum: 3 }, { pattern: '^a' }, { multipleOf: 2 }, true, false],
  ...[{ $ref: '#/$defs/m' }, { not: { const: 'a' } }, { required: ['m'] }, { maxItems: 1 }],
);

/** @param isClosed whether objects take no members but those that they name */
const schemas = (isClosed: boolean): fc.Arbitrary<Json> =>
  fc.letrec<{ readonly schema: Json }>((tie) => {
    const inner = tie('schema');
    const list = fc.array(inner, { minLength: 1, maxLength: 2 });
    const parts = fc.record(
      {
        type: fc.constantFrom<Json>('object', 'array', 'string', ['object', 'integer']),
        properties: fc.record({ m: inner, n: inner }, { requiredKeys: [] }),
        required: fc.constantFrom<Json>(['m'], ['n'], []),
        additionalProperties: isClosed ? fc.constant<Json>(false) : inner,
        patternProperties: fc.record({ '^m': inner }),
        items: inner,
        prefixItems: list,
        allOf: list,
        anyOf: list,
        oneOf: list,
        uniqueItems: fc.boolean(),
      },
      { requiredKeys: isClosed ? ['additionalProperties'] : [] },
    );
    return { schema: fc.oneof({ maxDepth: 2 }, leaf, parts as fc.Arbitrary<Json>) };
  }).schema;

const scalar = fc.constantFrom<Json>('a', 'bb', 'ab', '', 1, 2, 4, 1.5, null, true);
const values = fc.array(
  fc.oneof(
    scalar,
    fc.array(scalar, { maxLength: 2 }),
    fc.record({ m: scalar, n: scalar, o: scalar }, { requiredKeys: [] }),
  ),
  { minLength: 10, maxLength: 20 },
);

const $defs = {
  m: { type: 'object', properties: { m: { type: 'integer' } }, additionalProperties: false },
};
const withDefinitions = (each: Json): Json => ({ allOf: [each], $defs });

describe('two schemas of any kind', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, logger: false });
  const takes = (each: Json): ((data: Json) => boolean) => {
    const validate = ajv.compile(withDefinitions(each) as object);
    return (data) => validate(data);
  };

  it.each([true, false])(
    'are not called compatible where a value is taken before, and refused after; closed: %s',
    (isClosed) => {
      const of = schemas(isClosed);
      fc.assert(
        fc.property(of, of, values, (before, after, given) => {
          if (narrowings(withDefinitions(before), withDefinitions(after)).length > 0) return;
          const [took, takesNow] = [takes(before), takes(after)];
          // Where anything was taken, a new member is no break.
          const compared = given.filter((each) => isClosed || !hasMembers(each));
          expect(compared.filter((each) => took(each) && !takesNow(each))).toEqual([]);
        }),
        { numRuns: 60, seed: 19 },
      );
    },
  );
});

const hasMembers = (data: Json): boolean =>
  typeof data === 'object' && data !== null && !Array.isArray(data) && Object.keys(data).length > 0;
