/** Parsing JSON without silent changes. */
import { InvalidLine } from '../formats/event-line.js';
import { parseStrictJson } from './strict-json.js';

describe('parseStrictJson', () => {
  it.each([
    '{"a":1,"b":[true,null,"é"]}',
    '{"whole":9007199254740991,"large":1e+300,"fraction":0.1,"power":1152921504606847000}',
    '{"__proto__":{"a":1}}',
  ])('reads text that JSON.stringify reproduces: %s', (text) => {
    expect(JSON.stringify(parseStrictJson(text))).toBe(text);
  });

  it.each([
    ['{ "a" : 1.0, "b": 1e3, "c": 1.50 }', { a: 1, b: 1000, c: 1.5 }],
    ['{"large": 1e300, "negative": -0}\r', { large: 1e300, negative: -0 }],
    [' {"text":"\\u0041"}', { text: 'A' }],
    ['{"power":1152921504606846976}', { power: 2 ** 60 }],
    ['{"a":1,"a":1}', { a: 1 }],
  ])('reads other notations of the same value: %s', (text, value) => {
    expect(parseStrictJson(text)).toEqual(value);
  });

  it.each([
    ['digits', '{"a":12345678901234567890}', '12345678901234567890 would become 12345678901234567000'],
    ['a fraction', '{"a":1.00000000000000000001}', '1.00000000000000000001 would become 1'],
    ['a magnitude', '{"a":1e999}', '1e999 would become Infinity'],
    ['a member', '{"a":{"b":1,"b":2}}', '"b" is there twice in one object'],
    ['its end', '{"a":', 'is not JSON: '],
    ['its depth', ` ${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'is nested too deep'],
  ])('rejects text that would lose %s', (_what, text, message) => {
    expect(() => parseStrictJson(text)).toThrow(
      expect.objectContaining({ constructor: InvalidLine }) as Error,
    );
    expect(() => parseStrictJson(text)).toThrow(message);
  });
});
