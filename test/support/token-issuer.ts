/** An issuer of JWTs for specs: keys that it can rotate, a JWKS on loopback, and tokens of every kind. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT, exportJWK, exportSPKI, generateKeyPair, type CryptoKey, type JWTPayload } from 'jose';

export const ISSUER = 'https://login.example.com/';
export const AUDIENCE = 'https://log.example.com';

export interface SigningKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
}

export async function signingKey(kid: string, alg = 'ES256'): Promise<SigningKey> {
  return { kid, alg, ...(await generateKeyPair(alg, { extractable: true })) };
}

/** What a good token has. */
export function goodClaims(now = Date.now()): JWTPayload {
  const seconds = Math.floor(now / 1000);
  return { iss: ISSUER, aud: AUDIENCE, sub: 'alice', exp: seconds + 300, iat: seconds, scope: 'query:sum' };
}

export function signed(
  key: Pick<SigningKey, 'alg' | 'privateKey'> & { readonly kid?: string },
  claims: Readonly<Record<string, unknown>> = goodClaims(),
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const { alg, kid } = key;
  return new SignJWT(claims)
    .setProtectedHeader({ alg, ...(kid !== undefined && { kid }), ...header })
    .sign(key.privateKey, { crit: { 'x-must-know': true } });
}

/** As a library that mixes up keys and secrets would take it: signed with HS256, with the public key as the secret. */
export async function signedWithPublicKey({ kid, publicKey }: SigningKey): Promise<string> {
  return new SignJWT(goodClaims())
    .setProtectedHeader({ alg: 'HS256', kid })
    .sign(new TextEncoder().encode(await exportSPKI(publicKey)));
}

export function unsigned(claims: JWTPayload = goodClaims()): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part(claims)}.`;
}

export class TokenIssuer {
  /** How often the keys were asked for. */
  asked = 0;
  /** What is answered instead of the keys. */
  answer: { readonly status: number; readonly body: string } | undefined;
  #keys: readonly object[] = [];

  private constructor(private readonly server: Server) {
    server.on('request', (_, response) => {
      this.asked += 1;
      const { status, body } = this.answer ?? { status: 200, body: JSON.stringify({ keys: this.#keys }) };
      response.writeHead(status, { 'content-type': 'application/json', connection: 'close' }).end(body);
    });
  }

  static async start(): Promise<TokenIssuer> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TokenIssuer(server);
  }

  get jwks(): URL {
    return new URL(`http://127.0.0.1:${(this.server.address() as AddressInfo).port}/jwks.json`);
  }

  async publish(...keys: readonly SigningKey[]): Promise<void> {
    this.#keys = await Promise.all(
      keys.map(async ({ kid, alg, publicKey }) => ({
        ...(await exportJWK(publicKey)),
        kid,
        alg,
        use: 'sig',
      })),
    );
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
