/** Knows the JWTs of one issuer: their signature, issuer, audience and times are checked (RFC 7519, RFC 8725). */
import { Logger } from '@nestjs/common';
import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { CredentialsNotCheckable, InvalidCredentials } from '../access-problems.js';
import type { Authenticator, Principal } from '../principal.js';
import { jwksFault } from '../safe-urls.js';
import { GrantedScopes, scopeFault } from '../scopes.js';
import { issuerKeys } from './issuer-keys.js';
import { VerifiedTokens, type Clocks } from './verified-tokens.js';

/** Asymmetric ones alone: with `HS256`, the public key would be taken for a secret. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

/** How far the clocks of the issuer and of this server may be apart. */
const CLOCK_TOLERANCE_SECONDS = 5;

/** More than Node takes as the headers of a request. */
const MAX_TOKEN_LENGTH = 16 * 1024;

const MAX_SUBJECT_LENGTH = 250;

/** How many keys are tried for a token that does not say which one has signed it. */
const MAX_TRIED_KEYS = 10;

const JWT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$/;

const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/u;

export interface JwtAuthenticatorOptions extends Partial<Clocks> {
  /** What the claim `iss` must be. */
  readonly issuer: string;
  /** What the claim `aud` must be, or have in its list. */
  readonly audience: string;
  /** Where the issuer publishes its keys: `https:`, or `http:` on a loopback address. */
  readonly jwks: URL;
  /** Told in a sentence when the keys cannot be fetched, at most every 5 seconds. Default: an error in Nest's log. */
  readonly onTrouble?: (sentence: string) => void;
}

/**
 * The scopes of a principal are those of the claim `scope` (a text, separated by spaces), or `scp` (such a text, or a list); others than
 * Leftfold's are ignored. A key that the issuer withdraws may count for six minutes more. Whether the issuer has revoked one token
 * before it expires is not found out.
 */
export class JwtAuthenticator implements Authenticator {
  readonly #options: JwtAuthenticatorOptions;
  readonly #clocks: Clocks;
  readonly #keys: JWTVerifyGetKey;
  readonly #verified: VerifiedTokens;

  /** @throws RangeError when the URL of the keys is not safe */
  constructor(options: JwtAuthenticatorOptions) {
    const fault = jwksFault(options.jwks.href);
    if (fault !== undefined) throw new RangeError(`jwks ${fault}`);
    const {
      now = Date.now,
      elapsed = () => performance.now(),
      onTrouble = (sentence) => {
        new Logger('Access').error(sentence);
      },
    } = options;
    this.#options = options;
    this.#clocks = { now, elapsed };
    this.#keys = issuerKeys(options.jwks, elapsed, onTrouble);
    this.#verified = new VerifiedTokens(this.#clocks);
  }

  /** @throws InvalidCredentials; CredentialsNotCheckable when the keys of the issuer cannot be fetched */
  authenticate(token: string): Principal | undefined | Promise<Principal> {
    if (!JWT.test(token)) return undefined;
    if (token.length > MAX_TOKEN_LENGTH)
      throw new InvalidCredentials(`The token has more than ${MAX_TOKEN_LENGTH} characters.`);
    return this.#verified.get(token) ?? this.#verify(token);
  }

  async #verify(token: string): Promise<Principal> {
    const payload = await this.#payloadOf(token);
    const { exp = 0 } = payload;
    const sub: unknown = payload.sub; // jose does not look at its type
    if (typeof sub !== 'string' || sub === '' || sub.length > MAX_SUBJECT_LENGTH || UNPRINTABLE.test(sub))
      throw new InvalidCredentials(
        `The token's sub must be a text of 1 to ${MAX_SUBJECT_LENGTH} printable characters.`,
      );
    const principal = { id: `jwt:${sub}`, scopes: scopesIn(payload) };
    this.#verified.add(token, principal, (exp + CLOCK_TOLERANCE_SECONDS) * 1000);
    return principal;
  }

  /** @throws InvalidCredentials, without a cause: jose's errors have the claims of the token */
  async #payloadOf(token: string): Promise<JWTPayload> {
    const options = {
      issuer: this.#options.issuer,
      audience: this.#options.audience,
      algorithms: ALGORITHMS,
      requiredClaims: ['exp', 'sub'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(this.#clocks.now()),
    };
    try {
      return (await jwtVerify(token, this.#keys, options)).payload;
    } catch (error) {
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw refusalOf(error);
      let tried = 0;
      for await (const key of error) {
        tried += 1;
        if (tried > MAX_TRIED_KEYS) break;
        try {
          return (await jwtVerify(token, key, options)).payload;
        } catch (failure) {
          if (!(failure instanceof errors.JWSSignatureVerificationFailed)) throw refusalOf(failure);
        }
      }
      throw new InvalidCredentials(NOT_SIGNED);
    }
  }
}

const NOT_SIGNED = 'The token is not signed by a key of the issuer.';

const CLAIMS: Readonly<Record<string, string>> = {
  iss: 'The token is of another issuer.',
  aud: 'The token is for another audience.',
  nbf: 'The token does not count yet.',
  exp: 'The token must have the claim exp, a number.',
  sub: 'The token must have the claim sub, a text.',
};

function refusalOf(error: unknown): Error {
  if (error instanceof CredentialsNotCheckable) return error;
  // Whatever else jose does not throw itself is of a key of the issuer that Node cannot use.
  return new InvalidCredentials(error instanceof errors.JOSEError ? reasonOf(error) : NOT_SIGNED);
}

function reasonOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'The token has expired.';
  if (error instanceof errors.JWTClaimValidationFailed)
    return CLAIMS[error.claim] ?? 'The token has a claim that is not acceptable.';
  if (error instanceof errors.JOSEAlgNotAllowed)
    return `The token must be signed with one of ${ALGORITHMS.join(', ')}.`;
  if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWKSNoMatchingKey)
    return NOT_SIGNED;
  return 'The token cannot be read: it is damaged, or has a header that is not known.';
}

function scopesIn({ scope, scp }: JWTPayload): GrantedScopes {
  const given: unknown = scope ?? scp;
  const texts = typeof given === 'string' ? given.split(' ') : Array.isArray(given) ? given : [];
  return new GrantedScopes(
    texts.filter((text): text is string => typeof text === 'string' && scopeFault(text) === undefined),
  );
}
