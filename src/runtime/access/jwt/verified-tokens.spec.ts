import { GrantedScopes } from '../scopes.js';
import { VerifiedTokens } from './verified-tokens.js';

const alice = { id: 'jwt:alice', scopes: GrantedScopes.none };

describe('VerifiedTokens', () => {
  let time: number;
  let tokens: VerifiedTokens;

  beforeEach(() => {
    time = 0;
    tokens = new VerifiedTokens({ now: () => 1_000_000 + time, elapsed: () => time }, 2);
  });

  it('has a token for a minute', () => {
    tokens.add('a', alice, 9_000_000);
    time = 59_999;
    expect(tokens.get('a')).toBe(alice);
    time = 60_000;
    expect(tokens.get('a')).toBeUndefined();
  });

  it('is not asked to believe a token for longer by its use', () => {
    tokens.add('a', alice, 9_000_000);
    for (time = 0; time < 60_000; time += 10_000) expect(tokens.get('a')).toBe(alice);
    expect(tokens.get('a')).toBeUndefined();
  });

  it('has no token that has expired', () => {
    tokens.add('a', alice, 1_000_500);
    time = 500;
    expect(tokens.get('a')).toBeUndefined();
  });

  it('forgets the least recently used first', () => {
    tokens.add('a', alice, 9_000_000);
    tokens.add('b', alice, 9_000_000);
    tokens.get('a');
    tokens.add('c', alice, 9_000_000);
    expect(['a', 'b', 'c'].map((token) => tokens.get(token) !== undefined)).toEqual([true, false, true]);
  });
});
