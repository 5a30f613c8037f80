import { GrantedScopes, type Scope } from './scopes.js';

describe('a pattern of scopes', () => {
  it.each<[string, Scope, boolean]>([
    ['query:*', 'query:sum', true],
    ['query:*', 'command:sum', false],
    ['query:s*m', 'query:sum', true],
    ['query:s*m', 'query:sums', false],
    ['query:*su*m', 'query:sum', true],
    ['query:*a*b*', 'query:ba', false],
    ['query:aba*aba', 'query:aba', false], // the two ends do not share characters
    ['query:a*ba', 'query:aba', true],
    ['events:append:number.*', 'events:append:number.recorded', true],
    ['events:append:number.*', 'events:append:numberXrecorded', false],
  ])('%s allows %s: %j', (pattern, scope, allowed) => {
    expect(new GrantedScopes([pattern]).allows(scope)).toBe(allowed);
  });

  it('with many stars is answered at once', () => {
    const scopes = new GrantedScopes([`query:${'*a'.repeat(100)}*!`]);
    const before = performance.now();
    expect(scopes.allows(`query:${'a'.repeat(250)}`)).toBe(false);
    expect(performance.now() - before).toBeLessThan(1_000);
  });
});
