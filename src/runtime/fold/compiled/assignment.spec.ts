/** Assignments: the same as setting the members of a copy, whatever the names. */
import fc from 'fast-check';
import { compileAssignment, type Member } from './assignment.js';
import { Args, type Context } from './chart.js';

const name = fc.oneof(
  fc.constantFrom(
    'count',
    'total',
    'args',
    'context',
    'value0',
    '0',
    '10',
    '1',
    "it's",
    '"',
    '\u2028',
    '${x}',
    '',
  ),
  fc.string().filter((text) => text !== '__proto__'),
);
const contexts = fc.array(fc.dictionary(name, fc.integer(), { maxKeys: 5 }), { minLength: 1, maxLength: 12 });

const bySetting = (members: readonly Member[], args: Args): Context => {
  const next: Record<string, unknown> = { ...args.context };
  for (const member of members) next[member.name] = member.value(args, 'given');
  return next;
};

describe('an assignment', () => {
  it('equals a copy with its members set, with the names in the same order, however contexts change', () => {
    fc.assert(
      fc.property(contexts, fc.uniqueArray(name, { maxLength: 4 }), (befores, names) => {
        const members = names.map((each, index) => ({
          name: each,
          value: ({ context, event }: Args, params: unknown) => [index, context, event.type, params],
        }));
        const assign = compileAssignment(members);
        for (const before of [...befores, ...befores]) {
          const args = new Args(Object.freeze(before), { type: 'number.recorded' });
          const after = assign(args, 'given');
          expect(after).toEqual(bySetting(members, args));
          expect(Object.keys(after)).toEqual(Object.keys(bySetting(members, args)));
        }
      }),
    );
  });

  it('computes every member from the context before, in the order in which they are written', () => {
    const order: string[] = [];
    const value =
      (own: string) =>
      ({ context }: Args) => {
        order.push(own);
        return context;
      };
    const before = { one: 1, other: 2 };
    const after = compileAssignment([
      { name: 'other', value: value('other') },
      { name: 'one', value: value('one') },
    ])(new Args(before, { type: 'e' }), undefined);
    expect(after).toEqual({ one: before, other: before });
    expect(order).toEqual(['other', 'one']);
  });

  it('treats a member named __proto__ as setting it does', () => {
    const prototype = { inherited: true };
    const assign = compileAssignment([{ name: '__proto__', value: () => prototype }]);
    expect(Object.getPrototypeOf(assign(new Args({ own: 1 }, { type: 'e' }), undefined))).toBe(prototype);
  });
});
