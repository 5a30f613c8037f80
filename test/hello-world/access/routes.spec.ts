/** Every route of every app, asked without a key, with one that does not count, with too small a scope, and with the right one. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Type } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { contextApp } from '../../../src/apps/context/context-app.js';
import { routesOf } from '../../../src/apps/http-application.js';
import { logApp } from '../../../src/apps/log/log-app.js';
import { PARTS, monolith } from '../../../src/apps/monolith/monolith.module.js';
import { scopeOf } from '../../../src/apps/request-hooks.js';
import { readSettings, type Environment, type Settings } from '../../../src/apps/settings.js';
import { startApp, type Running } from '../../../src/apps/start-app.js';
import { HelloWorldModule } from '../../../src/contexts/hello-world.module.js';
import { requiredScopeOf, scopesByRoute } from '../../../src/runtime/access/required-scope.js';
import type { RequiredScope } from '../../../src/runtime/access/scopes.js';
// The app imports it when it opens the store; Jest loads no built-in modules by then.
import '../../../src/runtime/stores/remote/remote.store.js';
import { routesIn } from '../../../src/runtime/http/kernel/method-not-allowed.js';
import { BankModule } from '../../bank/bank.js';
import { writeKeys, type GivenKey } from '../../support/api-keys.js';
import { SILENT } from '../../support/documented-requests.js';

const folder = mkdtempSync(join(tmpdir(), 'leftfold-access-'));
const parts = { ...PARTS, contexts: [HelloWorldModule, BankModule] };

/** Scopes that some route asks for; a pattern is wider than what is asked for. */
const RIGHT: Readonly<Record<string, string>> = { 'events:append': 'events:append:*' };

const past = '2026-01-02T00:00:00.000Z';
const given: Record<string, GivenKey> = {
  expired: { scopes: ['admin'], expires: past },
  revoked: { scopes: ['admin'], revoked: past },
  small: { scopes: ['query:nothing'] },
};
for (const scope of [
  'query:sum',
  'query:product',
  'query:accounts',
  'command:number',
  'command:account',
  'command:transfers',
  'events:read',
  'events:append',
  'log',
  'operate',
  'admin',
])
  given[scope.replaceAll(':', '.')] = { scopes: [RIGHT[scope] ?? scope] };
const keys = writeKeys(join(folder, 'keys.json'), given);

interface RouteCase {
  readonly route: string;
  readonly method: string;
  readonly path: string;
  readonly scope: RequiredScope;
}

const running = new Map<string, Running>();

beforeAll(async () => {
  const log = await start(logApp, { LEFTFOLD_ANONYMOUS: 'log' });
  running.set('a log for others', log);
  running.set('monolith', await start(monolith, { LEFTFOLD_COMMITS: 'on' }));
  running.set('log', await start(logApp, { LEFTFOLD_CONTEXTS: 'sum' }));
  const own = { LEFTFOLD_CONTEXTS: 'product', LEFTFOLD_STORE: log.url, LEFTFOLD_DATA: join(folder, 'own') };
  running.set('context', await start(contextApp, own));
});

afterAll(async () => {
  for (const { app } of [...running.values()].reverse()) await app.close();
  rmSync(folder, { recursive: true, force: true });
});

function start(
  define: (settings: Settings, all: typeof parts) => ReturnType<typeof monolith>,
  environment: Environment,
): Promise<Running> {
  const settings = readSettings({
    LEFTFOLD_STORE: 'memory',
    LEFTFOLD_ANONYMOUS: 'none',
    LEFTFOLD_TLS_PROXY: 'on', // so that each request has an address of its own, and none is refused for the failures before it
    LEFTFOLD_KEYS: join(folder, 'keys.json'),
    LEFTFOLD_DATA: folder,
    PORT: '0',
    ...environment,
  });
  return startApp(settings, SILENT, '0.0.0', define(settings, parts));
}

const APPS = ['monolith', 'log', 'context'];

function of(name: string): Running {
  const found = running.get(name);
  if (found === undefined) throw new Error(`${name} has not started`);
  return found;
}

/** Every method of every path, with a value for each of its parameters. */
function casesOf({ app }: Running): readonly RouteCase[] {
  const scopes = scopesByRoute(app.get(ModulesContainer));
  return [...routesOf(app)].flatMap(([url, methods]) =>
    [...methods].map((method) => ({
      route: `${method} ${url}`,
      method,
      path: url.replace(':name', 'sum').replaceAll(/:\w+/g, '1').replace('*', 'index.html'),
      scope: scopeOf(method, url, scopes),
    })),
  );
}

let asked = 0;

async function ask({ url }: Running, { method, path }: RouteCase, key?: string): Promise<string> {
  asked += 1;
  const headers = {
    'x-forwarded-for': `10.0.${asked >> 8}.${asked & 255}`,
    ...(key !== undefined && { authorization: `Bearer ${key}` }),
  };
  const response = await fetch(url + path, { method, headers, redirect: 'manual' });
  const text = await response.text();
  if (response.status === 429) return 'too many';
  if (response.status !== 401 && response.status !== 403) return 'admitted';
  const challenge = response.headers.get('www-authenticate') ?? 'no challenge';
  // An answer to HEAD has no body.
  if (text === '') return `${response.status} ${challenge}`;
  const { type, scope } = JSON.parse(text) as { type: string; scope?: string };
  const kind = type.replace(/^.*:/, '');
  if (kind === 'type-not-open') return 'admitted';
  return scope === undefined ? kind : `${kind} ${scope}`;
}

/** What each of the routes answers, beside what it should. */
async function differences(
  name: string,
  key: string | undefined,
  expected: (route: RouteCase) => readonly string[],
): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const route of casesOf(of(name))) {
    const answer = await ask(of(name), route, key);
    if (!expected(route).includes(answer)) wrong.push(`${route.route} (${route.scope}): ${answer}`);
  }
  return wrong;
}

describe.each(APPS)('of the app %s', (name) => {
  it('every endpoint says which scope it asks for', () => {
    const controllers = [...of(name).app.get(ModulesContainer).values()].flatMap((module) =>
      [...module.controllers.values()].map(({ metatype }) => metatype as Type),
    );
    const silent = controllers.flatMap((controller) =>
      routesIn(controller)
        .filter(({ handler }) => requiredScopeOf(handler, controller) === undefined)
        .map(({ method, path }) => `${method} ${path}`),
    );
    expect(silent).toEqual([]);
    expect(casesOf(of(name)).length).toBeGreaterThan(20);
  });

  it('only what tells no data is for everybody', () => {
    const open = casesOf(of(name)).filter(({ scope, method }) => scope === 'public' && method === 'GET');
    const urls = open.map(({ path }) => path).filter((path) => !path.startsWith('/docs'));
    expect(urls.toSorted()).toEqual([
      '/',
      '/asyncapi.json',
      '/health/live',
      '/health/ready',
      '/openapi.json',
      '/push', // asks for an upgrade
    ]);
  });

  it('without a key nothing else is answered', async () => {
    const refusals = (scope: RequiredScope): readonly string[] =>
      scope === 'public' ? ['admitted'] : ['credentials-required', '401 Bearer'];
    expect(await differences(name, undefined, ({ scope }) => refusals(scope))).toEqual([]);
  });

  it.each([
    ['that is none', 'nonsense'],
    ['that there is not', `lf_aaaaaaaaaaaa_${'a'.repeat(43)}`],
    ['that has expired', keys['expired']],
    ['that was revoked', keys['revoked']],
  ])('with a key %s nothing else is answered', async (_, key) => {
    const refusals = (scope: RequiredScope): readonly string[] =>
      scope === 'public' ? ['admitted'] : ['invalid-credentials', '401 Bearer error="invalid_token"'];
    expect(await differences(name, key, ({ scope }) => refusals(scope))).toEqual([]);
  });

  it('with too small a scope it is told which one is missing', async () => {
    const refusals = (scope: RequiredScope): readonly string[] =>
      scope === 'public'
        ? ['admitted']
        : [`scope-missing ${scope}`, `403 Bearer error="insufficient_scope", scope="${scope}"`];
    expect(await differences(name, keys['small'], ({ scope }) => refusals(scope))).toEqual([]);
  });

  it('with the right scope, and no other, it is answered', async () => {
    const wrong: string[] = [];
    for (const route of casesOf(of(name))) {
      const key = keys[route.scope === 'public' ? 'small' : route.scope.replaceAll(':', '.')];
      const answer = key === undefined ? 'no such key' : await ask(of(name), route, key);
      if (answer !== 'admitted') wrong.push(`${route.route} (${route.scope}): ${answer}`);
    }
    expect(wrong).toEqual([]);
  });

  it('with admin everything is answered', async () => {
    expect(await differences(name, keys['admin'], () => ['admitted'])).toEqual([]);
  });

  it('the document says what is asked for', async () => {
    const response = await fetch(`${of(name).url}/openapi.json`);
    const { paths } = (await response.json()) as {
      paths: Record<string, Record<string, { description?: string; security?: object[] }>>;
    };
    const said = Object.entries(paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, { description = '', security }]) => {
        const [, scope = 'public'] = /Asks for the scope `([^`]+)`/.exec(description) ?? [];
        return [`${method.toUpperCase()} ${path}`, scope, security !== undefined] as const;
      }),
    );
    const asked = new Map(
      casesOf(of(name)).map(({ route, scope }) => [route.replaceAll(/:(\w+)/g, '{$1}'), scope]),
    );
    for (const [route, scope, isSecured] of said)
      expect([route, scope, isSecured]).toEqual([route, asked.get(route), scope !== 'public']);
  });
});
