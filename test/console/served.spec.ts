/** What serves the console: in an application of somebody else's, on both platforms, under prefixes and behind guards; and how large it is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { CanActivate, INestApplication } from '@nestjs/common';
import { problemOf } from '../support/api.js';
import { PLATFORMS, startForeign, type ForeignOptions } from '../support/foreign-application.js';
import { sendRaw } from '../support/raw-http.js';

const BUILT = join(import.meta.dirname, '..', '..', 'dist-console');

/** Of a page: paths of its scripts and style sheets. */
function filesOf(html: string): readonly string[] {
  return [...html.matchAll(/(?:src|href)="([^"]+\.(?:js|css))"/g)].map(([, path = '']) => path);
}

function settingsOf(html: string): unknown {
  const [, content = ''] = /name="leftfold-console" content="([^"]*)"/.exec(html) ?? [];
  return JSON.parse(content.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code))));
}

describe.each(PLATFORMS)('the console in an application on %s', (platform) => {
  const apps: INestApplication[] = [];

  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.close()));
  });

  async function start(options: ForeignOptions): Promise<string> {
    const { app, url } = await startForeign(platform, options);
    apps.push(app);
    return url;
  }

  it('is a page with files of its own, which run under a strict policy', async () => {
    const url = await start({ http: { projections: true, console: true } });
    const page = await fetch(`${url}/console`);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self';");
    expect(page.headers.get('content-security-policy')).not.toContain('unsafe');
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    const html = await page.text();
    expect(settingsOf(html)).toEqual({ api: '/' });
    expect(filesOf(html).length).toBeGreaterThanOrEqual(2);
    for (const path of filesOf(html)) {
      const file = await fetch(url + path);
      expect(file.status).toBe(200);
      expect(file.headers.get('content-type')).toMatch(/^text\/(javascript|css); charset=utf-8$/);
      expect(file.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    }
  });

  it('knows the prefixes and the environment', async () => {
    const url = await start({
      globalPrefix: 'api',
      http: { prefix: 'internal', projections: true, console: { environment: '<prod> & "co"' } },
    });
    const html = await (await fetch(`${url}/api/internal/console`)).text();
    expect(settingsOf(html)).toEqual({ api: '/api/internal/', environment: '<prod> & "co"' });
    expect(html).not.toContain('<prod>');
    const [script = ''] = filesOf(html);
    expect(script).toMatch(/^\/api\/internal\/console\/assets\//);
    expect((await fetch(url + script)).status).toBe(200);
    expect((await fetch(`${url}/console`)).status).toBe(404);
  });

  it('is behind the guards of the application', async () => {
    const nobody: CanActivate = { canActivate: () => false };
    const url = await start({ http: { console: true }, guards: [nobody] });
    expect((await fetch(`${url}/console`)).status).toBe(403);
    expect((await fetch(`${url}/console/assets/index.js`)).status).toBe(403);
  });

  it('is not sent again to who has it, and is sent compressed to who takes that', async () => {
    const url = await start({ http: { console: true } });
    const page = await fetch(`${url}/console`);
    const known = { headers: { 'if-none-match': page.headers.get('etag') ?? '' } };
    expect((await fetch(`${url}/console`, known)).status).toBe(304);
    const [script = ''] = filesOf(await page.text());
    const plain = await sendRaw(url, `GET ${script} HTTP/1.1\nHost: ${new URL(url).host}`);
    expect(plain.headers.get('content-encoding')).toBeUndefined();
    const refused = await fetch(url + script, { headers: { 'accept-encoding': 'gzip;q=0' } });
    expect(refused.headers.get('content-encoding')).toBeNull();
    const compressed = await fetch(url + script, { headers: { 'accept-encoding': 'gzip' } });
    expect(compressed.headers.get('etag')).not.toBe(refused.headers.get('etag'));
    expect(compressed.headers.get('content-encoding')).toBe('gzip');
    expect(compressed.headers.get('vary')).toMatch(/accept-encoding/i);
    expect(await compressed.text()).toBe(plain.body);
  });

  it.each([
    '/console/assets/no.js',
    '/console/assets/..%2findex.html',
    '/console/assets/%2e%2e%2f%2e%2e%2fpackage.json',
  ])('has no %s', async (path) => {
    const url = await start({ http: { console: true } });
    await problemOf(await fetch(url + path), 404);
  });

  it('is not served where it is not asked for', async () => {
    const url = await start({ http: { projections: true } });
    expect((await fetch(`${url}/console`)).status).toBe(404);
  });
});

describe('the page of the console', () => {
  it('is under 120 kB before a diagram is asked for', () => {
    const html = readFileSync(join(BUILT, 'index.html'), 'utf8');
    const first = filesOf(html).map((path) => readFileSync(join(BUILT, path)));
    const bytes = first.reduce((sum, body) => sum + gzipSync(body).length, 0);
    expect(bytes).toBeGreaterThan(1000);
    expect(bytes).toBeLessThan(120 * 1024);
  });

  it('asks no other server for anything', () => {
    const html = readFileSync(join(BUILT, 'index.html'), 'utf8');
    expect(html.match(/https?:\/\//g)).toBeNull();
  });
});
