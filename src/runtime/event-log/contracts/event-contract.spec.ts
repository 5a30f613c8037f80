/** Event contracts: what one must be. */
import { z } from 'zod';
import { parcelSent, sent1 } from '../../../../test/support/parcels.js';
import { defineEvent, revisionsOf } from './event-contract.js';
import { tag } from '../event.js';

describe('defineEvent', () => {
  const schema = z.object({ value: z.string() });

  it('has revision 1 unless it is told another', () => {
    expect(defineEvent({ type: 'number.recorded', schema }).revision).toBe(1);
  });

  it('keeps the revision that it is told', () => {
    expect(defineEvent({ type: 'number.recorded', revision: 4, schema }).revision).toBe(4);
  });

  it('creates events of its type', () => {
    const event = defineEvent({ type: 'number.recorded', schema }).create({ value: '5' }, [tag('number:1')]);
    expect(event).toEqual({ type: 'number.recorded', data: { value: '5' }, tags: ['number:1'] });
  });

  it('creates events without tags', () => {
    expect(defineEvent({ type: 'number.recorded', schema }).create({ value: '5' })).not.toHaveProperty(
      'tags',
    );
  });

  it.each(['number.recorded', 'a.b.c', 'credit-card.charged', 'n1.r2'])('takes the name %s', (type) => {
    expect(defineEvent({ type, schema }).type).toBe(type);
  });

  it.each([
    'number',
    'Number.recorded',
    'number.',
    '.recorded',
    'number..recorded',
    '1.recorded',
    'a b.c',
    '',
    '*.x',
  ])('refuses the name %j', (type) => {
    expect(() => defineEvent({ type, schema })).toThrow('noun.past-participle');
  });

  it.each([0, -1, 1.5, NaN, Infinity])('refuses the revision %d', (revision) => {
    expect(() => defineEvent({ type: 'number.recorded', revision, schema })).toThrow('an integer from 1');
  });

  it('refuses a schema that describes more than JSON', () => {
    const dates = z.date() as unknown as z.ZodType<string>;
    expect(() => defineEvent({ type: 'number.recorded', schema: dates })).toThrow(
      'event number.recorded: its schema must describe JSON',
    );
  });
});

describe('revise', () => {
  const schema = z.strictObject({ value: z.string() });
  const first = defineEvent({ type: 'number.recorded', schema });
  const second = first.revise({ schema, upcast: ({ data }) => [{ data }] });

  it('counts on', () => {
    const third = second.revise({ schema, upcast: () => [] });
    expect([first, second, third].map(({ revision }) => revision)).toEqual([1, 2, 3]);
  });

  it('counts on from the oldest revision that can be read', () => {
    const late = defineEvent({ type: 'number.recorded', revision: 7, schema });
    const revised = late.revise({ schema, upcast: () => [] });
    expect(revisionsOf(revised).map(({ revision }) => revision)).toEqual([7, 8]);
  });

  it('leaves the contract that it revises as it was', () => {
    expect(first).toMatchObject({ revision: 1, earlier: [] });
  });

  it('keeps every revision with its schema, its examples and its way on', () => {
    expect(revisionsOf(parcelSent).map(({ revision, examples }) => [revision, examples.length])).toEqual([
      [1, 2],
      [2, 1],
      [3, 1],
    ]);
    expect(parcelSent.earlier[0]?.schema).toBe(sent1.schema);
    expect(parcelSent.earlier.map(({ upcaster }) => upcaster.addsTags)).toEqual([true, false]);
    expect(parcelSent.earlier.map(({ upcaster }) => upcaster.yields.map(({ type }) => type))).toEqual([
      [],
      ['parcel.insured'],
    ]);
  });

  it('creates events of the new revision', () => {
    expect(parcelSent.create({ parcel: 'a', by: 'ada' })).toEqual({
      type: 'parcel.sent',
      data: { parcel: 'a', by: 'ada' },
    });
  });

  it('refuses a schema that describes more than JSON', () => {
    const dates = z.date() as unknown as z.ZodType<string>;
    expect(() => first.revise({ schema: dates, upcast: () => [] })).toThrow('its schema must describe JSON');
  });

  it('refuses an upcaster that says it yields its own type', () => {
    expect(() => second.revise({ schema, yields: [first], upcast: () => [] })).toThrow(
      'event number.recorded: yields names other types',
    );
  });
});
