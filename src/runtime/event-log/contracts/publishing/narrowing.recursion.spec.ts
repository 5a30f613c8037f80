/** Schemas that refer to each other are compared in few steps, and a comparison that would take for ever is given up. */
import type { Json } from '../../event.js';
import { narrowings } from './narrowing.js';

/** So many unions, each of so many objects with members of each of the others. */
function unions(count: number, change: { readonly type: string; readonly title?: string }): Json {
  const at = (index: number): Json => ({ $ref: `#/$defs/u${index % count}` });
  const numbers = Array.from({ length: count }, (_, index) => index);
  const $defs = Object.fromEntries(
    numbers.map((union) => [
      `u${union}`,
      {
        anyOf: numbers.map((each) => ({
          type: 'object',
          properties: {
            one: at(each),
            other: at(each + 1),
            value: { type: change.type },
          },
          required: ['value'],
          additionalProperties: false,
        })),
      },
    ]),
  );
  return { $defs, title: change.title ?? '', type: 'object', properties: { root: at(0) } };
}

const compared = (
  before: Json,
  after: Json,
): { readonly found: readonly string[]; readonly count: number } => {
  let count = 0;
  const found = narrowings(before, after, () => {
    count += 1;
  });
  return { found: found.map(({ field, what }) => `${field}: ${what}`), count };
};

describe('four unions that refer to each other', () => {
  it('are compared in some hundred steps where they are the same', () => {
    const { found, count } = compared(
      unions(4, { type: 'string' }),
      unions(4, { type: 'string', title: 'other' }),
    );
    expect(found).toEqual([]);
    expect(count).toBeLessThan(1_000);
  });

  it('are compared in some hundred where they take another type', () => {
    const { found, count } = compared(unions(4, { type: 'string' }), unions(4, { type: 'boolean' }));
    expect(found.filter((each) => each.startsWith('root: no longer may be '))).toHaveLength(4);
    expect(count).toBeLessThan(1_000);
  });
});

describe('objects that refer to each other in every way', () => {
  it('are given up, as narrower, when they take more than 20,000 comparisons', () => {
    const numbers = Array.from({ length: 12 }, (_, index) => index);
    const objects = (type: string): Json => ({
      $ref: '#/$defs/o0',
      $defs: Object.fromEntries(
        numbers.map((index) => [
          `o${index}`,
          {
            type: 'object',
            properties: {
              value: { type },
              ...Object.fromEntries(numbers.map((each) => [`m${each}`, { $ref: `#/$defs/o${each}` }])),
            },
          },
        ]),
      ),
    });
    const { found, count } = compared(objects('string'), objects('integer'));
    expect(found).toEqual([': is another schema, and refers to itself in more ways than can be compared']);
    expect(count).toBe(20_001);
  });
});
