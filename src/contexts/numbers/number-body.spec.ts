import { parseExactJson } from '../../runtime/http/kernel/exact-json.js';
import { InvalidBody, type Fault } from '../../runtime/http/kernel/problem.js';
import { parseBody } from '../../runtime/http/kernel/json-faults.js';
import { readField, readNumbers, reasonBody } from './number-body.js';

/** The faults that the body, as the JSON text of a request, is refused with. */
function faultsOf(read: (body: unknown) => unknown, json: string): readonly Fault[] {
  const body = parseExactJson(json);
  try {
    read(body);
  } catch (error) {
    if (error instanceof InvalidBody) return error.faults;
    throw error;
  }
  throw new Error(`${json} was taken`);
}

const readReason = (body: unknown): string => parseBody(reasonBody, body).reason;

const digits = (count: number): string => '9'.repeat(count);
const list = (count: number, replaced: Readonly<Record<number, string>> = {}): string =>
  `[${Array.from({ length: count }, (_, index) => replaced[index] ?? '1').join()}]`;

describe('a body with one number', () => {
  it.each([
    ['a small integer', '5', '5'],
    ['a negative integer', '-5', '-5'],
    ['zero', '0', '0'],
    ['negative zero as a JSON number, which is zero', '-0', '0'],
    ['the largest exact integer', '9007199254740991', '9007199254740991'],
    ['the smallest exact integer', '-9007199254740991', '-9007199254740991'],
    ['an integer written with a fraction', '5.0', '5'],
    ['an integer written with an exponent', '1e3', '1000'],
    ['a large integer as a string', '"12345678901234567890"', '12345678901234567890'],
    ['a negative integer as a string', '"-7"', '-7'],
    ['zero as a string', '"0"', '0'],
    ['1,000 digits', `"${digits(1000)}"`, digits(1000)],
    ['1,000 digits with a sign', `"-${digits(1000)}"`, `-${digits(1000)}`],
  ])('may hold %s', (_, json, value) => {
    expect(readNumbers(parseExactJson(`{"value": ${json}}`))).toEqual({ value });
  });

  it.each([
    ['null', 'null', 'null'],
    ['true', 'true', 'boolean'],
    ['1.5', '1.5', 'not an integer'],
    ['"1.0"', '"1.0"', 'not a canonical integer'],
    ['"abc"', '"abc"', 'not a canonical integer'],
    ['""', '""', 'not a canonical integer'],
    ['" 5 "', '" 5 "', 'not a canonical integer'],
    ['"+5"', '"+5"', 'not a canonical integer'],
    ['"007"', '"007"', 'not a canonical integer'],
    ['"-0"', '"-0"', 'not a canonical integer'],
    ['"0x10"', '"0x10"', 'not a canonical integer'],
    ['"1e3"', '"1e3"', 'not a canonical integer'],
    ['"5\\n"', '"5\\n"', 'not a canonical integer'],
    ['"٥", a digit of another script', '"٥"', 'not a canonical integer'],
    ['1e400', '1e400', 'not exact'],
    ['1.00000000000000000001', '1.00000000000000000001', 'not exact'],
    ['9007199254740993', '9007199254740993', 'send it as a string'],
    ['-9007199254740993', '-9007199254740993', 'send it as a string'],
    ['1e21', '1e21', 'send it as a string'],
    ['more than 1,000 digits', `"${digits(1001)}"`, 'at most 1000'],
    ['more than 1,000 digits with a sign', `"-${digits(1001)}"`, 'at most 1000'],
    ['an array', '[5]', 'an array'],
    ['an object', '{"value": 5}', 'object'],
  ])('cannot hold %s, and says why', (_, json, reason) => {
    const [fault, ...others] = faultsOf(readNumbers, `{"value": ${json}}`);
    expect(others).toEqual([]);
    expect(fault?.pointer).toBe('#/value');
    expect(fault?.detail).toContain(reason);
  });

  it('does not repeat a long value in full', () => {
    const [fault] = faultsOf(readNumbers, `{"value": "${'x'.repeat(900)}"}`);
    expect(fault?.detail.length).toBeLessThan(300);
  });

  it.each([
    ['no field at all', '{}', '#/value'],
    ['another field instead', '{"valeu": 5}', '#/value'],
    ['another field besides', '{"value": 5, "extra/1": 1}', '#/extra~11'],
    ['a bare number', '5', '#'],
    ['a bare text', '"5"', '#'],
    ['null', 'null', '#'],
    ['true', 'true', '#'],
    ['a bare number that is not exact', '1e400', '#'],
  ])('is refused when it is or has %s', (_, json, pointer) => {
    expect(faultsOf(readNumbers, json)).toEqual([expect.objectContaining({ pointer })]);
  });

  it('is refused when there is none', () => {
    expect(() => readNumbers(undefined)).toThrow(InvalidBody);
  });

  it('does not take a field of the prototype for its own', () => {
    expect(faultsOf((body) => readField(body, 'constructor'), '{}')).toEqual([
      expect.objectContaining({ pointer: '#/constructor' }),
    ]);
  });
});

describe('a body with many numbers', () => {
  it('may hold bare values and objects', () => {
    expect(readNumbers(parseExactJson('[1, "-2", {"value": 3}]'))).toEqual([
      { value: '1' },
      { value: '-2' },
      { value: '3' },
    ]);
  });

  it('is a commit of one when it has one', () => {
    expect(readNumbers([5])).toEqual([{ value: '5' }]);
  });

  it('may hold 10,000', () => {
    expect(readNumbers(parseExactJson(list(10_000)))).toHaveLength(10_000);
  });

  it.each([
    ['none', '[]', 'one commit takes 1 to 10000 numbers, not 0'],
    ['10,001', list(10_001), 'one commit takes 1 to 10000 numbers, not 10001'],
  ])('cannot hold %s', (_, json, detail) => {
    expect(faultsOf(readNumbers, json)).toEqual([{ pointer: '#', detail }]);
  });

  it.each([
    ['a nested array', '[[1]]', '#/0'],
    ['null', '[1, null]', '#/1'],
    ['a fraction', '[1, 1.5]', '#/1'],
    ['an inexact number', '[1, 1e400]', '#/1'],
    ['an object without the field', '[{"value": 1}, {}]', '#/1/value'],
    ['an object with a bad value', '[{"value": "007"}]', '#/0/value'],
    ['an object with another field', '[{"value": 1, "more": 2}]', '#/0/more'],
    ['one bad number among 10,000', list(10_000, { 7777: '"abc"' }), '#/7777'],
  ])('says where %s is', (_, json, pointer) => {
    expect(faultsOf(readNumbers, json)).toEqual([expect.objectContaining({ pointer })]);
  });

  it('names every bad number, the first twenty of them', () => {
    expect(faultsOf(readNumbers, '[1, null, 2, true]').map(({ pointer }) => pointer)).toEqual(['#/1', '#/3']);
    const hundred = `[${Array.from({ length: 100 }, () => 'null').join()}]`;
    expect(faultsOf(readNumbers, hundred)).toHaveLength(20);
  });
});

describe('a body with a reason', () => {
  it.each([
    ['one character', 'x'],
    ['1,000 characters', 'x'.repeat(1000)],
    ['any script', 'vertippt – 打错'],
  ])('may hold %s', (_, reason) => {
    expect(readReason({ reason })).toBe(reason);
  });

  it.each([
    ['no reason', '{}', '#/reason'],
    ['an empty reason', '{"reason": ""}', '#/reason'],
    ['a reason that is no text', '{"reason": 5}', '#/reason'],
    ['a reason of null', '{"reason": null}', '#/reason'],
    ['a reason of 1,001 characters', `{"reason": "${'x'.repeat(1001)}"}`, '#/reason'],
    ['something else than an object', '"mistyped"', '#'],
    ['another field besides', '{"reason": "x", "by": "me"}', '#/by'],
  ])('is refused when it has %s', (_, json, pointer) => {
    expect(faultsOf(readReason, json)).toEqual([expect.objectContaining({ pointer })]);
  });

  it('is refused when there is none', () => {
    expect(() => readReason(undefined)).toThrow(InvalidBody);
  });
});
