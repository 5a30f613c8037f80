/** Forms made from schemas: what each field is, what is sent for what was entered, and where faults are shown. */
import type { Json, JsonSchema } from '../../../json-schema.js';
import { faultsOf } from './form-faults.js';
import { fieldOf } from './form-fields.js';
import { NotJson, initialValue, jsonOf, valueOf, type Value } from './form-values.js';

const objectOf = (
  properties: Record<string, JsonSchema>,
  required = Object.keys(properties),
): JsonSchema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

describe('a field', () => {
  it.each<[JsonSchema, object]>([
    [
      { type: 'string', maxLength: 20 },
      { kind: 'text', isLong: false, hints: ['at most 20 characters'] },
    ],
    [
      { type: 'string', maxLength: 1000 },
      { kind: 'text', isLong: true },
    ],
    [
      { type: 'string', format: 'date-time', pattern: '…' },
      { kind: 'moment', hints: [] },
    ],
    [
      { type: 'integer', nullable: true },
      { kind: 'number', isInteger: true, isNullable: true },
    ],
    [
      { type: 'boolean', description: 'Whether' },
      { kind: 'boolean', description: 'Whether' },
    ],
    [{ enum: ['a', null, 2] }, { kind: 'choice', options: ['a', 2], isNullable: true }],
    [
      { type: 'string', enum: ['only'] },
      { kind: 'constant', value: 'only' },
    ],
    [
      { type: 'array', items: { type: 'string' } },
      { kind: 'list', item: { kind: 'text' } },
    ],
    [{ type: 'array', prefixItems: [{}], items: false }, { kind: 'json' }],
    [{ type: 'object', additionalProperties: { type: 'string' } }, { kind: 'json' }],
    [
      { type: 'object', additionalProperties: false },
      { kind: 'group', members: [] },
    ],
    [{ oneOf: [{ type: 'string' }, { type: 'integer' }] }, { kind: 'json' }],
    [{}, { kind: 'json' }],
  ])('of %j is %j', (schema, field) => {
    expect(fieldOf(schema)).toMatchObject(field);
  });

  it('of a schema that holds itself ends in JSON', () => {
    const tree = { $ref: '#/$defs/tree' };
    const root = { ...tree, $defs: { tree: objectOf({ children: { type: 'array', items: tree } }) } };
    expect(fieldOf(root)).toMatchObject({
      kind: 'group',
      members: [{ name: 'children', field: { kind: 'list', item: { kind: 'json' } } }],
    });
  });
});

describe('what is sent', () => {
  const schema = objectOf(
    {
      name: { type: 'string' },
      cents: { type: 'integer' },
      note: { type: 'string' },
      rush: { type: 'boolean' },
      size: { enum: ['s', 'm'] },
      kind: { const: 'order' },
      lines: { type: 'array', items: objectOf({ item: { type: 'string' }, count: { type: 'integer' } }) },
      extra: {},
      to: objectOf({ street: { type: 'string' } }),
    },
    ['name', 'cents', 'kind', 'lines'],
  );
  const field = fieldOf(schema);
  const sent = (entered: Record<string, Value>): Json | undefined =>
    jsonOf(field, { ...(initialValue(field) as Record<string, Value>), ...entered });

  it('has what is required, and leaves out what was not entered', () => {
    expect(sent({ name: 'a', cents: '5' })).toEqual({ name: 'a', cents: 5, kind: 'order', lines: [] });
  });

  it('has what was entered', () => {
    const entered = { name: '', note: 'n', rush: false, size: '1', extra: '[1, null]', to: { street: 's' } };
    expect(sent({ ...entered, lines: [{ item: 'i', count: '2' }] })).toEqual({
      name: '',
      note: 'n',
      rush: false,
      size: 'm',
      kind: 'order',
      lines: [{ item: 'i', count: 2 }],
      extra: [1, null],
      to: { street: 's' },
    });
  });

  it.each<[string, Json | undefined]>([
    ['7', 7],
    ['-1.5', -1.5],
    ['12345678901234567890', '12345678901234567890'],
    ['five', 'five'],
    ['', undefined],
  ])('for the number %j is %j', (text, json) => {
    expect(jsonOf(fieldOf({ type: 'number' }), text)).toEqual(json);
  });

  it('for a moment is in UTC', () => {
    const text = jsonOf(fieldOf({ type: 'string', format: 'date-time' }), '2026-01-31T12:00:00Z');
    expect(text).toBe('2026-01-31T12:00:00.000Z');
  });

  it('is nothing where a text that is to be JSON is none: it is said where', () => {
    expect(() => sent({ extra: '{' })).toThrow(new NotJson('/extra'));
    expect(new NotJson('/extra').pointer).toBe('/extra');
  });

  it.each<[JsonSchema, Json]>([
    [schema, { name: 'a', cents: 5, kind: 'order', lines: [{ item: 'i', count: 2 }], rush: true, size: 's' }],
    [{ type: ['string', 'null'] }, null],
    [{ type: 'string', format: 'date-time' }, '2026-01-31T12:00:05.000Z'],
    [{ type: 'string', format: 'date' }, '2026-01-31'],
    [{ type: 'array', items: { type: 'integer' } }, [1, 2]],
    [{}, { any: ['thing'] }],
  ])('for what is filled in from JSON is the same JSON', (given, json) => {
    const of = fieldOf(given);
    expect(jsonOf(of, valueOf(of, json))).toEqual(json);
  });

  it('begins with defaults', () => {
    const of = fieldOf(
      objectOf({ size: { enum: ['s', 'm'], default: 'm' }, count: { type: 'integer', default: 3 } }, []),
    );
    expect(jsonOf(of, initialValue(of))).toEqual({ size: 'm', count: 3 });
  });
});

describe('a fault', () => {
  const field = fieldOf(
    objectOf({ name: { type: 'string' }, lines: { type: 'array', items: objectOf({ item: {} }) } }),
  );
  it.each([
    [{ pointer: '#/name' }, '/name'],
    [{ pointer: '#/lines/0/item/deep/inside' }, '/lines/0/item'],
    [{ pointer: '#/lines/0/unknown' }, '/lines/0'],
    [{ parameter: 'name' }, '/name'],
  ])('at %j is shown at %s', (place, at) => {
    expect([...faultsOf(field, [{ detail: 'no', ...place }]).byField.entries()]).toEqual([[at, ['no']]]);
  });

  it.each([{ pointer: '#' }, { pointer: '#/unknown' }, { header: 'idempotency-key' }])(
    'at %j is that of the whole form',
    (place) => {
      const fault = { detail: 'no', ...place };
      expect(faultsOf(field, [fault])).toEqual({ byField: new Map(), others: [fault] });
    },
  );
});
