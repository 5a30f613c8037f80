/** Which JWTs count, and what is answered to the others. */
import { jest } from '@jest/globals';
import {
  AUDIENCE,
  ISSUER,
  TokenIssuer,
  goodClaims,
  signed,
  signedWithPublicKey,
  signingKey,
  unsigned,
  type SigningKey,
} from '../../../../test/support/token-issuer.js';
import { CredentialsNotCheckable, InvalidCredentials } from '../access-problems.js';
import { JwtAuthenticator } from './jwt-authenticator.js';

const MINUTE_MS = 60_000;
const seconds = (): number => Math.floor(Date.now() / 1000);

describe('JwtAuthenticator', () => {
  let key: SigningKey;
  let other: SigningKey;
  let issuer: TokenIssuer;
  let authenticator: JwtAuthenticator;
  /** How far the clocks have moved on. */
  let later: number;
  let troubles: string[];

  beforeAll(async () => {
    [key, other] = await Promise.all([signingKey('one'), signingKey('two')]);
  });

  beforeEach(async () => {
    later = 0;
    troubles = [];
    const now = Date.now.bind(Date);
    jest.spyOn(Date, 'now').mockImplementation(() => now() + later); // jose reads it, too
    issuer = await TokenIssuer.start();
    await issuer.publish(key);
    authenticator = new JwtAuthenticator({
      issuer: ISSUER,
      audience: AUDIENCE,
      jwks: issuer.jwks,
      elapsed: () => performance.now() + later,
      onTrouble: (sentence) => troubles.push(sentence),
    });
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    await issuer.stop();
  });

  const refusalOf = async (token: string): Promise<string> => {
    try {
      const principal = await authenticator.authenticate(token);
      throw new Error(`taken: ${JSON.stringify(principal)}`);
    } catch (error) {
      if (error instanceof InvalidCredentials) return error.detail;
      throw error;
    }
  };

  it('gives the subject as the principal', async () => {
    expect(await authenticator.authenticate(await signed(key))).toMatchObject({ id: 'jwt:alice' });
  });

  it.each(['RS256', 'PS256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'])(
    'takes %s',
    async (alg) => {
      const one = await signingKey('x', alg);
      await issuer.publish(one);
      expect(await authenticator.authenticate(await signed(one))).toMatchObject({ id: 'jwt:alice' });
    },
    20_000,
  );

  it.each([
    ['a list of audiences', () => ({ aud: ['other', AUDIENCE] })],
    ['an expiry within the tolerance', () => ({ exp: seconds() - 2 })],
    ['a time from which on it counts within the tolerance', () => ({ nbf: seconds() + 2 })],
    ['a name with accents', () => ({ sub: 'Renée' })],
  ])('takes a token with %s', async (_, claims) => {
    expect(
      await authenticator.authenticate(await signed(key, { ...goodClaims(), ...claims() })),
    ).toBeDefined();
  });

  it.each(['lf_abcdefghijkl_x', 'abc', 'a.b', 'a.b.c.d', 'a b.c.d', ''])('leaves %j to others', (token) => {
    expect(authenticator.authenticate(token)).toBeUndefined();
  });

  describe('scopes', () => {
    const scopesOf = async (claims: object): Promise<readonly string[] | undefined> =>
      (await authenticator.authenticate(await signed(key, { ...goodClaims(), scope: undefined, ...claims })))
        ?.scopes.texts;

    it.each<[object, readonly string[]]>([
      [{ scope: 'query:sum command:*' }, ['query:sum', 'command:*']],
      [{ scope: 'openid  query:sum email offline_access' }, ['query:sum']],
      [{ scp: 'operate log' }, ['operate', 'log']],
      [{ scp: ['operate', 'profile', 7, null] }, ['operate']],
      [{ scope: { admin: true } }, []],
      [{}, []],
    ])('of %j are %j', async (claims, texts) => {
      expect(await scopesOf(claims)).toEqual(texts);
    });
  });

  describe('refuses', () => {
    it('a token that is not signed', async () => {
      expect(await refusalOf(unsigned())).toContain('must be signed with one of RS256');
    });

    it('the public key as the secret of HS256', async () => {
      expect(await refusalOf(await signedWithPublicKey(key))).toContain('must be signed with one of RS256');
    });

    it.each([
      ['of another issuer', { iss: 'https://evil.example.com/' }, 'of another issuer'],
      ['without an issuer', { iss: undefined }, 'of another issuer'],
      ['for another audience', { aud: 'https://shop.example.com' }, 'for another audience'],
      ['without an audience', { aud: undefined }, 'for another audience'],
      ['that has expired', { exp: seconds() - 60 }, 'has expired'],
      ['that never expires', { exp: undefined }, 'must have the claim exp'],
      ['whose expiry is a text', { exp: '2030' as unknown as number }, 'must have the claim exp'],
      ['that does not count yet', { nbf: seconds() + 60 }, 'does not count yet'],
      ['without a subject', { sub: undefined }, 'must have the claim sub'],
      ['with an empty subject', { sub: '' }, 'printable characters'],
      ['with a long subject', { sub: 'x'.repeat(251) }, 'printable characters'],
      ['whose subject has a line break', { sub: 'alice\nadmin' }, 'printable characters'],
      ['whose subject is a number', { sub: 7 as unknown as string }, 'printable characters'],
    ])('a token %s', async (_, claims, why) => {
      expect(await refusalOf(await signed(key, { ...goodClaims(), ...claims }))).toContain(why);
    });

    it('a token of a key that the issuer does not have', async () => {
      expect(await refusalOf(await signed(other))).toContain('not signed by a key of the issuer');
      expect(await refusalOf(await signed({ ...other, kid: key.kid }))).toContain('not signed by a key');
    });

    it('a token whose payload was changed', async () => {
      const [header, , signature] = (await signed(key)).split('.');
      const payload = Buffer.from(JSON.stringify({ ...goodClaims(), scope: 'admin' })).toString('base64url');
      expect(await refusalOf([header, payload, signature].join('.'))).toContain('not signed by a key');
    });

    it('a token with a header that must be understood and is not', async () => {
      const token = await signed(key, goodClaims(), { crit: ['x-must-know'], 'x-must-know': 1 });
      expect(await refusalOf(token)).toContain('a header that is not known');
    });

    it('a token of 100 kB without looking at it', async () => {
      const token = await signed(key, { ...goodClaims(), much: 'x'.repeat(75_000) });
      expect(token.length).toBeGreaterThan(100_000);
      expect(await refusalOf(token)).toContain('more than 16384 characters');
      expect(issuer.asked).toBe(0);
    });

    it.each(['a.b.c', 'eyJhbGciOiJFUzI1NiJ9.e30.AA', 'e30.e30.e30', 'e30.e30.'])(
      'what is no JWT, without repeating it: %s',
      async (token) => {
        expect(await refusalOf(token)).not.toContain(token);
      },
    );

    it('with a problem that has nothing of the token, nor a cause that has', async () => {
      const token = await signed(key, { ...goodClaims(), iss: 'https://evil.example.com/' });
      const error: unknown = await Promise.resolve(authenticator.authenticate(token)).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(InvalidCredentials);
      expect((error as Error).cause).toBeUndefined();
      expect(JSON.stringify(error)).not.toContain('evil');
    });
  });

  describe('keys of the issuer', () => {
    it('are fetched once for many tokens', async () => {
      for (const sub of ['a', 'b', 'c'])
        await authenticator.authenticate(await signed(key, { ...goodClaims(), sub }));
      expect(issuer.asked).toBe(1);
    });

    it('are fetched again for a token of a new one, at most every 10 seconds', async () => {
      await authenticator.authenticate(await signed(key));
      await issuer.publish(key, other);
      expect(await refusalOf(await signed(other))).toContain('not signed by a key');
      expect(issuer.asked).toBe(1);
      later += 10_001;
      expect(await authenticator.authenticate(await signed(other))).toMatchObject({ id: 'jwt:alice' });
      expect(issuer.asked).toBe(2);
    });

    it('count no more within six minutes after they were withdrawn, also for tokens that were verified', async () => {
      const token = await signed(key, { ...goodClaims(), exp: seconds() + 3600 });
      expect(await authenticator.authenticate(token)).toBeDefined();
      await issuer.publish(other);
      later += MINUTE_MS / 2;
      expect(await authenticator.authenticate(token)).toBeDefined();
      later += 5.5 * MINUTE_MS;
      expect(await refusalOf(token)).toContain('not signed by a key');
    });

    it('are tried one by one for a token that names none', async () => {
      await issuer.publish(other, key);
      const { alg, privateKey } = key;
      expect(await authenticator.authenticate(await signed({ alg, privateKey }))).toBeDefined();
      const unknown = await signingKey('three');
      const token = await signed({ alg: unknown.alg, privateKey: unknown.privateKey });
      expect(await refusalOf(token)).toContain('not signed by a key');
    });

    it.each([
      ['an error', { status: 500, body: '' }],
      ['a redirect', { status: 302, body: '' }],
      ['no JSON', { status: 200, body: '<html>' }],
      ['no keys', { status: 200, body: '{"keys": 1}' }],
      ['too much', { status: 200, body: ' '.repeat(1024 * 1024 + 1) }],
    ])('that cannot be fetched are no fault of the token: %s', async (_, answer) => {
      issuer.answer = answer;
      const token = await signed(key);
      const failed = (): unknown => authenticator.authenticate(token);
      await expect(failed()).rejects.toThrow(CredentialsNotCheckable);
      await expect(failed()).rejects.toMatchObject({ kind: 'unavailable', retryAfter: 5 });
      // It is left alone for a while.
      expect(issuer.asked).toBe(1);
      expect(troubles).toEqual([
        expect.stringMatching(/^the keys of the issuer of JWTs cannot be fetched from http/),
      ]);
      issuer.answer = undefined;
      later += 5_001;
      expect(await authenticator.authenticate(token)).toBeDefined();
    });

    it('of an issuer that is away are no fault of the token', async () => {
      await issuer.stop();
      await expect(authenticator.authenticate(await signed(key))).rejects.toThrow(CredentialsNotCheckable);
      issuer = await TokenIssuer.start();
    });
  });

  it('believes a verified token until it expires, and not longer', async () => {
    const token = await signed(key, { ...goodClaims(), exp: seconds() + 20 });
    const principal = await authenticator.authenticate(token);
    expect(authenticator.authenticate(token)).toBe(principal);
    later = 26_000;
    expect(await refusalOf(token)).toContain('has expired');
  });

  it.each(['http://login.example.com/jwks', 'https://user:password@login.example.com/jwks', 'file:///jwks'])(
    'takes no keys from %s',
    (url) => {
      expect(() => new JwtAuthenticator({ issuer: ISSUER, audience: AUDIENCE, jwks: new URL(url) })).toThrow(
        RangeError,
      );
    },
  );
});
