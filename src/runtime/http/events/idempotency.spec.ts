/** What a command's headers, and who sends it, say of the commit that it asks for. */
import type { IncomingHttpHeaders } from 'node:http';
import { rememberCaller } from '../../access/caller.js';
import { GrantedScopes } from '../../access/scopes.js';
import type { HttpRequest } from '../kernel/exchange.js';
import { InvalidHeader } from '../kernel/problem.js';
import { commitOptions } from './idempotency.js';

const requestWith = (headers: IncomingHttpHeaders): Pick<HttpRequest, 'headers' | 'raw'> => ({ headers });

const keyOf = (key: string): string | undefined =>
  commitOptions(requestWith({ 'idempotency-key': key }), {}).commitId;

describe('Idempotency-Key', () => {
  it('leaves the commit id to the log when there is none', () => {
    expect(commitOptions(requestWith({}), {})).toEqual({});
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
    const request = requestWith({ 'idempotency-key': 'abc' });
    expect(commitOptions(request, { value: 5 }).fingerprint).toBe(
      commitOptions(request, { value: 5 }).fingerprint,
    );
  });

  it('has another fingerprint for another request', () => {
    const request = requestWith({ 'idempotency-key': 'abc' });
    expect(commitOptions(request, { value: 5 }).fingerprint).not.toBe(
      commitOptions(request, { value: 6 }).fingerprint,
    );
  });

  it('does not depend on the order of names', () => {
    const request = requestWith({ 'idempotency-key': 'abc' });
    expect(commitOptions(request, { a: 1, b: { c: 2, d: 3 } })).toEqual(
      commitOptions(request, { b: { d: 3, c: 2 }, a: 1 }),
    );
  });

  it('can be had for a body as deep as a body may be', () => {
    const deep: unknown = JSON.parse('['.repeat(100) + ']'.repeat(100));
    expect(() => commitOptions(requestWith({ 'idempotency-key': 'abc' }), deep)).not.toThrow();
  });
});

describe('correlation and causation', () => {
  it('are recorded as metadata', () => {
    const request = requestWith({ 'x-correlation-id': 'c-1', 'x-causation-id': 'c-0' });
    expect(commitOptions(request, {}).metadata).toEqual({ correlationId: 'c-1', causationId: 'c-0' });
  });

  it('are recorded each without the other', () => {
    expect(commitOptions(requestWith({ 'x-causation-id': 'c-0' }), {}).metadata).toEqual({
      causationId: 'c-0',
    });
  });

  it.each(['', 'x'.repeat(201)])('are not %j', (value) => {
    expect(() => commitOptions(requestWith({ 'x-correlation-id': value }), {})).toThrow(InvalidHeader);
  });
});

describe('a principal', () => {
  const sentBy = (principal: string, anonymousMay = false): Pick<HttpRequest, 'headers' | 'raw'> => {
    const request = requestWith({ 'idempotency-key': 'abc' });
    rememberCaller(request, { principal, scopes: GrantedScopes.all, anonymousMay });
    return request;
  };

  it('is recorded as metadata', () => {
    expect(commitOptions(sentBy('key:till-1'), {}).metadata).toEqual({ principal: 'key:till-1' });
  });

  it('has keys of its own', () => {
    const ids = ['key:till-1', 'key:till-2'].map((each) => commitOptions(sentBy(each), {}).commitId);
    expect(new Set([...ids, 'key:abc']).size).toBe(3);
    expect(commitOptions(sentBy('key:till-1'), {}).commitId).toBe(ids[0]);
  });

  it('finds what it recorded before credentials were asked for', () => {
    expect(commitOptions(sentBy('key:till-1'), {}).formerId).toBe('key:abc');
  });

  it('does not find what others record without credentials', () => {
    expect(commitOptions(sentBy('key:till-1', true), {}).formerId).toBeUndefined();
  });
});
