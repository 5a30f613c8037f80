/** JWTs of an issuer over HTTP, in a whole app: who sends one, what it allows, and which of them do not count. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PARTS } from '../../../src/apps/monolith/monolith.module.js';
import { startMonolith } from '../../../src/apps/monolith/start-monolith.js';
import { readSettings } from '../../../src/apps/settings.js';
import type { Running } from '../../../src/apps/start-app.js';
import { HelloWorldModule } from '../../../src/contexts/hello-world.module.js';
import { writeKeys } from '../../support/api-keys.js';
import { SILENT } from '../../support/documented-requests.js';
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
} from '../../support/token-issuer.js';

const folder = mkdtempSync(join(tmpdir(), 'leftfold-tokens-'));
const file = join(folder, 'keys.json');
const keys = writeKeys(file, { reader: { scopes: ['query:sum'] } });
const scope = 'openid command:number query:sum events:read';

let issuer: TokenIssuer;
let running: Running;
let current: SigningKey;

beforeAll(async () => {
  issuer = await TokenIssuer.start();
  current = await signingKey('first');
  await issuer.publish(current);
  const settings = readSettings({
    LEFTFOLD_STORE: 'memory',
    LEFTFOLD_ANONYMOUS: 'none',
    LEFTFOLD_KEYS: file,
    LEFTFOLD_JWT_ISSUER: ISSUER,
    LEFTFOLD_JWT_AUDIENCE: AUDIENCE,
    LEFTFOLD_JWT_JWKS: issuer.jwks.href,
    PORT: '0',
  });
  running = await startMonolith(settings, SILENT, '0.0.0', { ...PARTS, contexts: [HelloWorldModule] });
});

afterAll(async () => {
  await running.app.close();
  await issuer.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function ask(
  path: string,
  token: string,
  body?: unknown,
): Promise<{ status: number; challenge: string | null; json: Record<string, unknown> }> {
  const response = await fetch(running.url + path, {
    headers: {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
  });
  const text = await response.text();
  expect(text).not.toContain(token);
  const challenge = response.headers.get('www-authenticate');
  return { status: response.status, challenge, json: JSON.parse(text) as Record<string, unknown> };
}

const tokenWith = (claims: Readonly<Record<string, unknown>>): Promise<string> =>
  signed(current, { ...goodClaims(), ...claims });

it('does what its scopes allow, and records its subject', async () => {
  const token = await tokenWith({ scope });
  const { status, json } = await ask('/numbers', token, { value: 5 });
  expect(status).toBe(201);
  const event = await ask(`/events/${String(json['position'])}`, token);
  expect(event.json).toMatchObject({ metadata: { principal: 'jwt:alice' } });
  expect(await ask('/product', token)).toMatchObject({
    status: 403,
    challenge: 'Bearer error="insufficient_scope", scope="query:product"',
    json: { scope: 'query:product', detail: 'jwt:alice does not have the scope query:product.' },
  });
});

it('has its scopes in a list, too, and none without the claim', async () => {
  const listed = await tokenWith({ scope: undefined, scp: ['query:*'] });
  expect((await ask('/product', listed)).status).toBe(200);
  expect((await ask('/events', listed)).status).toBe(403);
  expect((await ask('/sum', await tokenWith({ scope: undefined }))).status).toBe(403);
  expect((await ask('/sum', await tokenWith({ scope: 'query:sum,query:product' }))).status).toBe(403);
});

it('may be for several audiences, and have the name of a key without being it', async () => {
  const token = await tokenWith({ aud: ['https://other.example.com', AUDIENCE], sub: 'key:reader', scope });
  const { json } = await ask('/numbers', token, { value: 1 });
  const { json: event } = await ask(`/events/${String(json['position'])}`, token);
  expect(event).toMatchObject({ metadata: { principal: 'jwt:key:reader' } });
});

it('counts beside keys', async () => {
  expect((await ask('/sum', keys.reader)).status).toBe(200);
});

const past = Math.floor(Date.now() / 1000) - 60;

it.each<[string, string, () => Promise<string>]>([
  ['for another audience', 'another audience', () => tokenWith({ aud: 'https://other.example.com' })],
  ['of another issuer', 'another issuer', () => tokenWith({ iss: 'https://evil.example.com/' })],
  ['that has expired', 'has expired', () => tokenWith({ exp: past })],
  ['that never expires', 'must have the claim exp', () => tokenWith({ exp: undefined })],
  ['that does not count yet', 'not count yet', () => tokenWith({ nbf: past + 600 })],
  ['of nobody', 'claim sub', () => tokenWith({ sub: undefined })],
  ['of a subject that breaks lines', 'printable', () => tokenWith({ sub: 'a\nb' })],
  ['without a signature', 'must be signed', () => Promise.resolve(unsigned())],
  ['signed with the public key', 'must be signed', () => signedWithPublicKey(current)],
  ['of a key under the name of another', 'not signed', async () => signed(await signingKey('first'))],
  [
    'that brings its own key',
    'not signed',
    async () => {
      const own = await signingKey('first');
      return signed(own, goodClaims(), { jku: 'http://127.0.0.1:1/jwks.json', jwk: { kty: 'EC' } });
    },
  ],
  [
    'with an extension that must be known',
    'cannot be read',
    () => signed(current, goodClaims(), { crit: ['x-must-know'], 'x-must-know': 1 }),
  ],
])('does not count %s', async (_, reason, make) => {
  const { status, challenge, json } = await ask('/sum', await make());
  expect([status, challenge]).toEqual([401, 'Bearer error="invalid_token"']);
  expect(json).toMatchObject({
    type: 'urn:leftfold:problem:invalid-credentials',
    detail: expect.stringContaining(reason) as string,
  });
});

it('counts when it is signed with a new key of the issuer, and no more with the old one', async () => {
  const [old, renewed] = [current, await signingKey('second')];
  await issuer.publish(renewed);
  const { now } = Date;
  // The keys are asked for again at the earliest ten seconds after the last time.
  Date.now = () => now() + 11_000;
  try {
    expect((await ask('/sum', await signed(renewed))).status).toBe(200);
    const { status, json } = await ask('/sum', await signed(old, { ...goodClaims(), jti: 'new' }));
    expect([status, json['detail']]).toEqual([401, expect.stringContaining('not signed by a key')]);
  } finally {
    Date.now = now;
  }
});
