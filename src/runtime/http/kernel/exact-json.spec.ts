/** JSON in which no number silently becomes another. */
import fc from 'fast-check';
import { InexactNumber, findInexact, parseExactJson } from './exact-json.js';

const inexact = (literal: string): InexactNumber => new InexactNumber(literal);

describe('parseExactJson', () => {
  it.each<readonly [literal: string, number: number]>([
    ['5', 5],
    ['-5', -5],
    ['1.5', 1.5],
    ['-0.25', -0.25],
    ['0.1', 0.1],
    ['1.0', 1],
    ['10.50e1', 105],
    ['1e2', 100],
    ['1E+2', 100],
    ['-12e1', -120],
    ['0.1e1', 1],
    ['10e-1', 1],
    ['1500e-3', 1.5],
    ['0.0', 0],
    ['0e99999', 0],
    ['0.000e-5', 0],
    ['1e22', 1e22],
    ['9007199254740991.0', Number.MAX_SAFE_INTEGER],
    ['9007199254740992e0', 2 ** 53],
    ['9007199254740992', 2 ** 53],
    ['1e23', 1e23],
    ['1E+23', 1e23],
    ['6.02214076e23', 6.02214076e23],
    ['1.7976931348623157e308', Number.MAX_VALUE],
    ['12345678901234567000', 12345678901234567000],
    ['5e-324', 5e-324],
  ])('reads %s as the number that it says', (literal, number) => {
    expect(parseExactJson(literal)).toBe(number);
  });

  it.each(['-0', '-0.0'])('reads %s as a zero', (literal) => {
    expect(parseExactJson(literal) === 0).toBe(true);
  });

  it.each([
    '1e400',
    '-1e400',
    '1.00000000000000000001',
    '4.99999999999999999999',
    '9007199254740993.0',
    '9007199254740993e0',
    '9007199254740993',
    '-12345678901234567890',
    '99999999999999999999999',
    '1e-400',
    '0.1e400',
    '123456789012345678901234567890.5',
  ])('tells that %s cannot be held', (literal) => {
    expect(parseExactJson(literal)).toEqual(inexact(literal));
  });

  it.each(['{"n": 9007199254740993}', '{"n":[9007199254740993]}'])('tells of plain digits in %s', (text) => {
    expect(findInexact(parseExactJson(text))?.number).toEqual(inexact('9007199254740993'));
  });

  it('tells where such a number stands', () => {
    expect(findInexact(parseExactJson('{"a": [1, {"b": 1e400}]}'))?.path).toEqual(['a', '1', 'b']);
    expect(findInexact(parseExactJson('{"a": [1, {"b": 1e30}]}'))).toBeUndefined();
  });

  it('tells of every such number where it stands', () => {
    expect(parseExactJson('{"a": [1, 1e400, {"b": 1.00000000000000000001}], "c": 1.5}')).toEqual({
      a: [1, inexact('1e400'), { b: inexact('1.00000000000000000001') }],
      c: 1.5,
    });
  });

  it('leaves strings that look like numbers as they are', () => {
    const value = { '1.5': ['1.5', '1e400', '"1e5"', '\\1.0', 'é 2.5 \u2028'] };
    expect(parseExactJson(JSON.stringify(value))).toEqual(value);
  });

  it.each(['', '{', '[1.5,]', '01.5', '.5', '1.', '1.e5', '{"a":1.5} x', '+1.5', 'NaN', "{'a':1.5}"])(
    'refuses %j, which is not JSON',
    (text) => {
      expect(() => parseExactJson(text)).toThrow(SyntaxError);
    },
  );

  it.each(['{"__proto__": {"admin": 1}}', '{"__proto__": {"admin": 1.5}}'])(
    'gives no prototype by %s',
    (text) => {
      const value = parseExactJson(text) as object;
      expect([Object.getPrototypeOf(value), 'admin' in value]).toEqual([Object.prototype, false]);
    },
  );

  it('reads what has no such number as JSON.parse does', () => {
    const integers = fc.maxSafeInteger();
    const values = fc.letrec<{ json: unknown }>((tie) => ({
      json: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.string({ unit: 'binary' }),
        integers,
        fc.boolean(),
        fc.constant(null),
        fc.constantFrom('1.5', '1e400', '"2.5"'),
        fc.array(tie('json')),
        fc.dictionary(fc.string(), tie('json')),
      ),
    })).json;
    fc.assert(
      fc.property(values, fc.constantFrom(undefined, 2), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        expect(parseExactJson(text)).toEqual(JSON.parse(text));
      }),
      { numRuns: 200 },
    );
  });

  it('reads every double that JSON.stringify writes as itself', () => {
    fc.assert(
      fc.property(fc.double({ noDefaultInfinity: true, noNaN: true }), (number) => {
        const text = JSON.stringify({ number });
        const { number: read } = parseExactJson(text) as { number: unknown };
        expect(read === number).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('reads an integer with a fraction of zeros exactly when a double holds it', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), (integer) => {
        const read = parseExactJson(`${integer}.0`);
        const isHeld = BigInt(Number(integer)) === integer;
        expect(read instanceof InexactNumber).toBe(!isHeld);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    '{"a": 1, "a": 2}',
    '{"a": 1, "a": 2, "b": 1.5}',
    '[{"x": {"y": 1, "y": 1}}]',
    '{"a": 1, "\\u0061": 2}',
  ])('refuses %s, where a name is there twice in one object', (text) => {
    expect(() => parseExactJson(text)).toThrow('a name is there twice in one object');
  });

  it.each(['{"a": ":", "b": "\\":"}', '{"__proto__": {"a": 1}}', '[{"a": 1}, {"a": 2}]', '{"a:b": 1.5}'])(
    'takes %s, where none is',
    (text) => {
      expect(parseExactJson(text)).toEqual(JSON.parse(text));
    },
  );

  it.each(['1', '1.5'])('refuses what is nested more than 100 deep, around %s', (inside) => {
    const text = '['.repeat(101) + inside + ']'.repeat(101);
    expect(() => parseExactJson(text)).toThrow('nested more than 100 deep');
  });
});
