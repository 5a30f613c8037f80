/** What a command's headers say of the commit that it asks for. */
import { InvalidHeader } from '../kernel/problem.js';
import { commitOptions } from './idempotency.js';

const keyOf = (key: string): string | undefined => commitOptions({ 'idempotency-key': key }, {}).commitId;

describe('Idempotency-Key', () => {
  it('leaves the commit id to the log when there is none', () => {
    expect(commitOptions({}, {})).toEqual({});
  });

  it('names the commit, apart from the ids that the log makes', () => {
    expect(keyOf('abc')).toBe('key:abc');
  });

  it('is the same key in quotes and without', () => {
    expect(keyOf('"abc"')).toBe(keyOf('abc'));
  });

  it('is the same key with space around it', () => {
    expect(keyOf('  abc ')).toBe(keyOf('abc'));
  });

  it.each(['x', 'two words', '~!@#', 'x'.repeat(200)])('may be %j', (key) => {
    expect(keyOf(key)).toBe(`key:${key}`);
  });

  it.each(['', ' ', '""', '" "', 'é', 'a\tb', 'x'.repeat(201)])('is not %j', (key) => {
    expect(() => keyOf(key)).toThrow(InvalidHeader);
  });

  it('has the same fingerprint for the same request', () => {
    const headers = { 'idempotency-key': 'abc' };
    expect(commitOptions(headers, { value: 5 }).fingerprint).toBe(
      commitOptions(headers, { value: 5 }).fingerprint,
    );
  });

  it('has another fingerprint for another request', () => {
    const headers = { 'idempotency-key': 'abc' };
    expect(commitOptions(headers, { value: 5 }).fingerprint).not.toBe(
      commitOptions(headers, { value: 6 }).fingerprint,
    );
  });

  it('does not depend on the order of names', () => {
    const headers = { 'idempotency-key': 'abc' };
    expect(commitOptions(headers, { a: 1, b: { c: 2, d: 3 } })).toEqual(
      commitOptions(headers, { b: { d: 3, c: 2 }, a: 1 }),
    );
  });

  it('can be had for a body as deep as a body may be', () => {
    const deep: unknown = JSON.parse('['.repeat(100) + ']'.repeat(100));
    expect(() => commitOptions({ 'idempotency-key': 'abc' }, deep)).not.toThrow();
  });
});

describe('correlation and causation', () => {
  it('are recorded as metadata', () => {
    const headers = { 'x-correlation-id': 'c-1', 'x-causation-id': 'c-0' };
    expect(commitOptions(headers, {}).metadata).toEqual({ correlationId: 'c-1', causationId: 'c-0' });
  });

  it('are recorded each without the other', () => {
    expect(commitOptions({ 'x-causation-id': 'c-0' }, {}).metadata).toEqual({ causationId: 'c-0' });
  });

  it.each(['', 'x'.repeat(201)])('are not %j', (value) => {
    expect(() => commitOptions({ 'x-correlation-id': value }, {})).toThrow(InvalidHeader);
  });
});
