/** Event contracts: what one must be. */
import { z } from 'zod';
import { defineEvent } from './event-contract.js';
import { tag } from './event.js';

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
