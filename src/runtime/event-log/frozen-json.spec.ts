/** Values that are safe to record and to share. */
import fc from 'fast-check';
import { freezeJson, isFault } from './frozen-json.js';

const frozen = (value: unknown): unknown => {
  const result = freezeJson(value);
  if (isFault(result)) throw new Error(result.detail);
  return result.value;
};

const fault = (value: unknown): string | undefined => {
  const result = freezeJson(value);
  return isFault(result) ? result.pointer : undefined;
};

const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);

describe('freezeJson', () => {
  it('gives any JSON back as it is', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        expect(JSON.stringify(frozen(value))).toBe(JSON.stringify(value));
      }),
    );
  });

  it('gives a copy, so that who handed it in cannot change it', () => {
    const mine = { list: [1] };
    const copy = frozen(mine);
    mine.list.push(2);
    expect(copy).toEqual({ list: [1] });
  });

  it('freezes every object and array', () => {
    const copy = frozen({ list: [{}] }) as { list: readonly [object] };
    expect([copy, copy.list, copy.list[0]].every((each) => Object.isFrozen(each))).toBe(true);
  });

  it('leaves the value that it was given as it was', () => {
    const mine = { list: [1] };
    frozen(mine);
    expect(Object.isFrozen(mine.list)).toBe(false);
  });

  it('leaves out what is undefined, as JSON does', () => {
    expect(Object.keys(frozen({ a: 1, b: undefined }) as object)).toEqual(['a']);
  });

  it('takes an object without a prototype', () => {
    expect(frozen(Object.assign(Object.create(null) as object, { a: 1 }))).toEqual({ a: 1 });
  });

  it('takes __proto__ as a name like any other', () => {
    const copy = frozen(JSON.parse('{"__proto__": {"admin": true}}')) as object;
    expect([JSON.stringify(copy), 'admin' in copy]).toEqual(['{"__proto__":{"admin":true}}', false]);
  });

  it.each<readonly [what: string, value: unknown]>([
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['a bigint', 1n],
    ['undefined', undefined],
    ['NaN', NaN],
    ['Infinity', Infinity],
    ['a date', new Date(0)],
    ['a map', new Map()],
    ['an object of a class', new URL('http://localhost')],
  ])('refuses %s, and points to it', (_what, value) => {
    expect(fault({ fine: 1, list: [0, value] })).toBe('#/list/1');
  });

  it('points to the first of several faults', () => {
    expect(fault({ a: 1n, b: 2n })).toBe('#/a');
  });

  it('escapes the names that it points to', () => {
    expect(fault({ 'a/b~c': 1n })).toBe('#/a~1b~0c');
  });

  it('takes what is 64 deep', () => {
    expect(fault(nested(64))).toBeUndefined();
  });

  it('refuses what is deeper', () => {
    expect(fault(nested(65))).toBe(`#${'/0'.repeat(65)}`);
  });

  it('refuses what goes round in a circle', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    expect(fault(circle)).toBe(`#${'/self'.repeat(65)}`);
  });

  it('refuses an array with a hole, as it refuses undefined', () => {
    const holed = [1, 2, 3];
    holed.length = 4;
    expect(fault(holed)).toBe('#/3');
  });

  it.each([
    ['a text', ['\ud800'], '#/0'],
    ['a name', { a: { '\udc00': 1 } }, '#/a/%EF%BF%BD'],
  ])('refuses %s that is no well-formed Unicode, which no store would give back', (_what, value, at) => {
    expect(freezeJson(value)).toMatchObject({ pointer: at });
  });

  it('takes -0 as 0, which is how it comes back', () => {
    expect(freezeJson(-0)).toMatchObject({ value: 0 });
  });

  it('weighs more what is more', () => {
    const bytes = (value: unknown): number => {
      const result = freezeJson(value);
      return isFault(result) ? 0 : result.bytes;
    };
    expect(bytes({ value: 'x'.repeat(1000) })).toBeGreaterThan(bytes({ value: 'x' }) + 1000);
  });
});
