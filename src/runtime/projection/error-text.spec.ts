/** Anything can be thrown, and has a text. */
import { errorStack, errorText, MAX_TEXT_LENGTH } from './error-text.js';

const broken = (): never => {
  throw new Error('a getter’s own trouble');
};

class Getters extends Error {
  override get message(): string {
    return broken();
  }
  override get stack(): string {
    return broken();
  }
}

const circle: Record<string, unknown> = {};
circle['itself'] = circle;

describe('the text of what was thrown', () => {
  it.each<[string, unknown, string]>([
    ['an error', new RangeError('13 is too much'), 'RangeError: 13 is too much'],
    ['an error without a message', new RangeError(''), 'RangeError'],
    ['text', 'too much', 'too much'],
    ['a number', 13, '13'],
    ['nothing', undefined, 'undefined'],
    ['null', null, 'null'],
    ['a symbol', Symbol('too much'), 'Symbol(too much)'],
    ['a bigint', 13n, '13'],
    ['an object', { amount: 13 }, '{"amount":13}'],
    ['half a character', '\ud800', '\ufffd'],
  ])('says what it is: %s', (_what, thrown, text) => {
    expect(errorText(thrown)).toBe(text);
  });

  it.each<[string, unknown]>([
    ['an error with getters that throw', new Getters()],
    ['an object that cannot be written', circle],
    ['a proxy', new Proxy({}, { get: broken, ownKeys: broken, getPrototypeOf: broken })],
    ['an object that throws when it is written', { toJSON: broken, toString: broken }],
    ['an error whose message is no text', Object.assign(new Error(), { message: { toString: broken } })],
  ])('harms nobody: %s', (_what, thrown) => {
    expect(errorText(thrown)).toMatch(/./);
    expect(errorStack(thrown)).toMatch(/./);
  });

  it('is cut', () => {
    expect(errorText(new Error('x'.repeat(1_000_000)))).toHaveLength(MAX_TEXT_LENGTH);
    expect(errorStack(new Error('x'.repeat(1_000_000))).length).toBeLessThanOrEqual(10 * MAX_TEXT_LENGTH);
  });
});

describe('the stack of what was thrown', () => {
  it('is an error’s stack, and the text of anything else', () => {
    expect(errorStack(new RangeError('too much'))).toMatch(/^RangeError: too much\n +at /);
    expect(errorStack('too much')).toBe('too much');
  });
});
