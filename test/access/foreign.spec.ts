/** In an application of somebody else, the runtime's endpoints ask who sends a request, after the application's own guards. */
import { ForbiddenException, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { Principal } from '../../src/runtime/access/principal.js';
import { GrantedScopes } from '../../src/runtime/access/scopes.js';
import { completeApi, type HttpRequest } from '../../src/runtime/http/index.js';
import type { AccessOptions } from '../../src/runtime/access/access.js';
import { PLATFORMS, startForeign, type Foreign, type Platform } from '../support/foreign-application.js';

const READER: Principal = { id: 'reader', scopes: new GrantedScopes(['query:*', 'events:read']) };
const WRITER: Principal = { id: 'writer', scopes: new GrantedScopes(['events:append:amount.*']) };

const http = { events: true, commits: true, projections: true, operations: true, health: true } as const;

/** Waits, as one that asks an issuer does. */
const waiting = {
  authenticate: async (token: string): Promise<Principal | undefined> => {
    await new Promise(setImmediate);
    return token === 'w' ? WRITER : undefined;
  },
};

const access: AccessOptions = {
  authenticators: [{ authenticate: (token) => (token === 'r' ? READER : undefined) }, waiting],
  anonymous: ['query:total'],
};

const bearer = (token: string): RequestInit => ({ headers: { authorization: `Bearer ${token}` } });

const appended = (token: string): RequestInit => ({
  method: 'POST',
  headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  body: JSON.stringify({ events: [{ type: 'amount.added', data: { amount: 5 } }] }),
});

async function answerTo(url: string, init?: RequestInit): Promise<readonly [status: number, type: string]> {
  const response = await fetch(url, init);
  const text = await response.text();
  const { type } = (text.startsWith('{') ? JSON.parse(text) : {}) as { type?: string };
  return [response.status, type?.replace(/^.*:/, '') ?? ''];
}

describe.each(PLATFORMS)('on %s', (platform: Platform) => {
  let foreign: Foreign;

  beforeAll(async () => {
    foreign = await startForeign(platform, { http: { ...http, access } });
  });

  afterAll(() => foreign.app.close());

  it('what everybody may do is answered without credentials', async () => {
    expect(await answerTo(`${foreign.url}/total`)).toEqual([200, '']);
    expect(await answerTo(`${foreign.url}/health/live`)).toEqual([200, '']);
  });

  it.each([
    ['GET', '/events'],
    ['POST', '/events'],
    ['POST', '/events/query'],
    ['GET', '/commits'],
    ['POST', '/commits'],
    ['GET', '/head'],
    ['GET', '/projections'],
    ['POST', '/projections/total/resume'],
    ['POST', '/projections/total/rebuild'],
  ])('%s %s asks for credentials', async (method, path) => {
    expect(await answerTo(foreign.url + path, { method })).toEqual([401, 'credentials-required']);
    expect(await answerTo(foreign.url + path, { method, ...bearer('x') })).toEqual([
      401,
      'invalid-credentials',
    ]);
  });

  it('a principal may do what its scopes say, and is told of what they do not', async () => {
    expect(await answerTo(`${foreign.url}/events`, bearer('r'))).toEqual([200, '']);
    expect(await answerTo(`${foreign.url}/total`, bearer('r'))).toEqual([200, '']);
    expect(await answerTo(`${foreign.url}/projections`, bearer('r'))).toEqual([403, 'scope-missing']);
    expect(await answerTo(`${foreign.url}/events`, appended('r'))).toEqual([403, 'scope-missing']);
    expect(await answerTo(`${foreign.url}/total`, bearer('w'))).toEqual([403, 'scope-missing']);
  });

  it('a principal is recorded with what it records', async () => {
    expect(await answerTo(`${foreign.url}/events`, appended('w'))).toEqual([201, '']);
    const page = (await (await fetch(`${foreign.url}/events`, bearer('r'))).json()) as {
      events: { metadata: object }[];
    };
    expect(page.events.at(-1)?.metadata).toEqual({ principal: 'writer' });
  });

  it('the document of the application says what is asked for', () => {
    const { app } = foreign;
    const document = completeApi(app, SwaggerModule.createDocument(app, new DocumentBuilder().build()));
    expect(document.paths['/total']?.get?.description).toContain('`query:total`');
    expect(document.paths['/events']?.get?.security).toEqual([{ bearer: [] }]);
    expect(document.paths['/accounts']?.post?.security).toBeUndefined();
  });

  it('what the application serves itself is left to it', async () => {
    expect(await answerTo(`${foreign.url}/accounts/closed`)).toEqual([400, '']);
  });

  it('a page of another origin is refused before anybody is asked', async () => {
    const init = { method: 'POST', headers: { origin: 'https://other.example' } };
    expect(await answerTo(`${foreign.url}/events`, init)).toEqual([403, 'foreign-origin']);
  });
});

describe.each(PLATFORMS)('on %s, whom the guards of the application have found', (platform: Platform) => {
  /** As Passport does. */
  class UserGuard implements CanActivate {
    canActivate(context: ExecutionContext): boolean {
      const request = context.switchToHttp().getRequest<HttpRequest & { user?: string }>();
      const user = request.headers['x-user'];
      if (user === 'nobody') throw new ForbiddenException();
      if (typeof user === 'string') request.user = user;
      return true;
    }
  }

  let foreign: Foreign;

  beforeAll(async () => {
    const principal = (request: HttpRequest): Principal | undefined => {
      const { user } = request as HttpRequest & { user?: string };
      return user === undefined ? undefined : { id: user, scopes: READER.scopes };
    };
    foreign = await startForeign(platform, {
      http: { ...http, access: { principal } },
      guards: [new UserGuard()],
    });
  });

  afterAll(() => foreign.app.close());

  it('is who asks', async () => {
    const init = { headers: { 'x-user': 'alice' } };
    expect(await answerTo(`${foreign.url}/total`, init)).toEqual([200, '']);
    expect(await answerTo(`${foreign.url}/projections`, init)).toEqual([403, 'scope-missing']);
    expect(await answerTo(`${foreign.url}/total`)).toEqual([401, 'credentials-required']);
  });

  it('comes first: what a guard refuses is not asked about', async () => {
    const response = await fetch(`${foreign.url}/events`, { headers: { 'x-user': 'nobody' } });
    expect(response.status).toBe(403);
    expect(await response.text()).not.toContain('scope');
  });
});
