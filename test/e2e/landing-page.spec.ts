/** `GET /` tells what there is. */
import { problemOf } from '../support/api.js';
import { Server } from '../support/server.js';

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

let server: Server;

beforeAll(async () => {
  server = await Server.start({ LEFTFOLD_STORE: 'memory' });
  await server.ready();
});

afterAll(async () => {
  await server.stop();
});

const hrefsIn = (html: string): readonly string[] =>
  [...html.matchAll(/href="([^"]+)"/g)].map(([, href = '']) => href);

it('greets a browser with a page without scripts, whose links all lead somewhere', async () => {
  const response = await server.fetch('/', { headers: { accept: BROWSER } });
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  const html = await response.text();
  expect(html).toMatch(/^<!doctype html>\n<html lang="en">/);
  expect(html).toContain('<meta name="color-scheme" content="light dark">');
  expect(html).toContain('<main>');
  expect(html).not.toMatch(/<script|https?:\/\//);
  const links = hrefsIn(html);
  expect(links).toEqual(
    expect.arrayContaining([
      '/docs',
      '/openapi.json',
      '/events',
      '/projections',
      '/health/ready',
      '/balance',
    ]),
  );
  for (const href of links) expect([href, (await server.fetch(href)).status]).toEqual([href, 200]);
});

it.each([undefined, '*/*', 'application/json'])('greets a program with JSON: Accept %s', async (accept) => {
  const response = await server.fetch('/', accept === undefined ? {} : { headers: { accept } });
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(await response.json()).toMatchObject({
    title: 'Leftfold',
    links: expect.arrayContaining([expect.objectContaining({ href: '/events' })]) as unknown,
  });
});

it('has HEAD and OPTIONS, and no other method', async () => {
  expect((await server.fetch('/', { method: 'HEAD' })).status).toBe(200);
  const options = await server.fetch('/', { method: 'OPTIONS' });
  expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS']);
  await problemOf(await server.fetch('/', { method: 'POST' }), 405);
});

it('cannot be had as anything else', async () => {
  await problemOf(await server.fetch('/', { headers: { accept: 'image/png' } }), 406);
});
