/** A type takes every value that its schema allows: made-up schemas and values, held against a validator and TypeScript. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import ts from 'typescript';
import { ComponentNames } from './component-names.js';
import { commentOf, typeOf } from './schema-types.js';

const KEYS = ['a', 'b', 'c d'] as const;

const value = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(null, true, false, 0, 1, -2.5, '', 'x', 'y'),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie('json'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).json;

const schema = fc.letrec<{ schema: object | boolean }>((tie) => {
  const sub = tie('schema');
  const several = fc.array(sub, { minLength: 1, maxLength: 3 });
  return {
    schema: fc.oneof(
      { maxDepth: 3 },
      fc.boolean(),
      fc.constantFrom(
        {},
        { type: 'string', minLength: 1 },
        { type: 'integer', maximum: 1 },
        { type: ['number', 'null'] },
        { type: 'boolean' },
        { minLength: 1 },
        { $ref: '#/$defs/x' },
        { not: { type: 'string' } },
      ),
      value.map((each) => ({ const: each })),
      fc.array(value, { minLength: 1, maxLength: 3 }).map((all) => ({ enum: all })),
      fc.record(
        {
          type: fc.constant('array'),
          items: sub,
          prefixItems: several,
          minItems: fc.integer({ min: 0, max: 2 }),
        },
        { requiredKeys: ['type'] },
      ),
      fc.record(
        {
          type: fc.constantFrom('object', ['object', 'string']),
          properties: fc.dictionary(fc.constantFrom(...KEYS), sub, { maxKeys: 3, noNullPrototype: true }),
          required: fc.uniqueArray(fc.constantFrom(...KEYS), { maxLength: 2 }),
          // One that has optional members alone, and is open, is a "weak type": it wants one of them.
          additionalProperties: sub,
          patternProperties: sub.map((each) => ({ '^a': each })),
        },
        { requiredKeys: ['type', 'additionalProperties'] },
      ),
      several.map((all) => ({ allOf: all })),
      several.map((all) => ({ anyOf: all })),
      several.map((all) => ({ oneOf: all })),
      fc.record({ if: sub, then: sub, type: fc.constantFrom('string', 'object') }),
    ),
  };
}).schema;

const NO_NAMES = new ComponentNames({});

/** The faults of assignments of values to types, both as TypeScript. */
function faultsOf(assignments: readonly { readonly type: string; readonly value: unknown }[]): unknown[] {
  const lines = assignments.map(
    ({ type, value: each }, index) =>
      `{ const given = ${each === null ? 'null' : `${JSON.stringify(each)} as const`}; const taken: ${type.replaceAll('\n', ' ')} = given; void taken; } // ${index}`,
  );
  const text = lines.join('\n');
  const host = ts.createCompilerHost({});
  const getSourceFile = host.getSourceFile.bind(host);
  host.getSourceFile = (name, version, ...rest) =>
    name === 'made.ts' ? ts.createSourceFile(name, text, version) : getSourceFile(name, version, ...rest);
  const options = { strict: true, noEmit: true, types: [], target: ts.ScriptTarget.ES2023 };
  const program = ts.createProgram(['made.ts'], options, host);
  const source = program.getSourceFile('made.ts');
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
    (fault) => ({
      line: lines[source?.getLineAndCharacterOfPosition(fault.start ?? 0).line ?? 0],
      fault: ts.flattenDiagnosticMessageText(fault.messageText, ' '),
    }),
  );
}

it('takes what the schema allows', () => {
  const ajv = new Ajv2020({ strict: false });
  const pairs = fc.sample(fc.tuple(schema, fc.array(value, { minLength: 6, maxLength: 6 })), {
    numRuns: 300,
    seed: 1,
  });
  const assignments = pairs.flatMap(([made, values]) => {
    const root = typeof made === 'boolean' ? made : { ...made, $defs: { x: { type: 'number' } } };
    const allows = ajv.compile(root);
    const type = typeOf(root, NO_NAMES);
    return values.filter((each) => allows(each)).map((each) => ({ type, value: each }));
  });
  const known = assignments.filter(({ type }) => type !== 'unknown');
  expect(known.length).toBeGreaterThan(80);
  expect(faultsOf(known)).toEqual([]);
});

it('refuses what the schema does not allow, where TypeScript can say so', () => {
  const object = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] };
  const refused: readonly (readonly [schema: unknown, value: unknown])[] = [
    [object, {}],
    [object, { a: 5 }],
    [{ type: 'array', prefixItems: [{ type: 'string' }], items: false, minItems: 1 }, ['a', 'b']],
    [{ enum: ['a', 'b'] }, 'c'],
    [{ type: 'object', additionalProperties: false }, { a: 1 }],
    [{ type: 'object', additionalProperties: { type: 'number' } }, { a: 'b' }],
    [{ type: 'string', nullable: true }, 5],
    [false, null],
  ];
  const assignments = refused.map(([made, each]) => ({ type: typeOf(made, NO_NAMES), value: each }));
  expect(faultsOf(assignments)).toHaveLength(refused.length);
});

it('is unknown where a component stands for itself, or is not there', () => {
  const names = new ComponentNames({
    Self: { anyOf: [{ $ref: '#/components/schemas/Other' }, { type: 'null' }] },
    Other: { allOf: [{ $ref: '#/components/schemas/Self' }] },
    Tree: {
      type: 'object',
      properties: { children: { type: 'array', items: { $ref: '#/components/schemas/Tree' } } },
    },
  });
  const referred = (name: string): string => typeOf({ $ref: `#/components/schemas/${name}` }, names);
  expect(['Self', 'Other', 'Missing', 'Tree'].map(referred)).toEqual([
    'unknown',
    'unknown',
    'unknown',
    'Tree',
  ]);
  let deep: object = { type: 'string' };
  for (let depth = 0; depth < 10_000; depth++) deep = { type: 'array', items: deep };
  expect(typeOf(deep, names)).toContain('unknown');
});

it('lets no description, name or value of a document become code', () => {
  const hostile = 'x */ process.exit(1); /* `${1}`\u2028\n';
  const made = {
    type: 'object',
    properties: { [hostile]: { const: hostile, description: hostile } },
    required: [hostile],
    additionalProperties: false,
  };
  expect(commentOf({ description: hostile })).toBe('/** x * / process.exit(1); /* `${1}` */\n');
  expect(faultsOf([{ type: typeOf(made, NO_NAMES), value: { [hostile]: hostile } }])).toEqual([]);
});
