/** Schemas as tables. */
import type { JsonSchema } from '../../json-schema.js';
import { changedRows, schemaRows } from './schema-rows.js';

const schema: JsonSchema = {
  type: 'object',
  properties: {
    order: { type: 'string', minLength: 1, description: 'Which' },
    lines: {
      type: 'array',
      items: {
        type: 'object',
        properties: { item: { type: 'string' }, count: { type: 'integer' } },
        required: ['item'],
      },
    },
    size: { anyOf: [{ enum: ['s', 'm'] }, { type: 'null' }], default: 's' },
    by: { oneOf: [{ type: 'string' }, { type: 'integer' }] },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
  },
  required: ['order', 'lines'],
};

describe('the table of a schema', () => {
  it('has a row for each member, with those of members below it', () => {
    expect(schemaRows(schema).map((row) => [row.member, row.type, row.isRequired])).toEqual([
      ['order', 'text', true],
      ['lines', 'list of object', true],
      ['lines[].item', 'text', true],
      ['lines[].count', 'whole number', false],
      ['size', '"s" or "m" or null', false],
      ['by', 'one of text, whole number', false],
      ['labels', 'object', false],
      ['labels.{}', 'text', false],
    ]);
  });

  it('says what is asked of a member in words', () => {
    const [order, , , , size] = schemaRows(schema);
    expect(order).toMatchObject({ description: 'Which', constraints: ['at least 1 character'] });
    expect(size?.constraints).toEqual(['left out: "s"']);
  });

  it('has one row where the data is no object, and none where an object has no members', () => {
    expect(schemaRows({ type: 'string' })).toMatchObject([{ member: '', type: 'text' }]);
    expect(schemaRows({ type: 'object', properties: {} })).toEqual([]);
  });

  it('ends where a schema holds itself', () => {
    const tree = { type: 'array', items: { $ref: '#/$defs/tree' } };
    expect(schemaRows({ $ref: '#/$defs/tree', $defs: { tree } })).toHaveLength(1);
  });

  it('tells what is new against another one', () => {
    const before = schemaRows({
      ...schema,
      required: ['lines'],
      properties: { ...schema.properties, by: { type: 'string' } },
    });
    expect([...changedRows(schemaRows(schema), before)]).toEqual(['order', 'by']);
  });
});
