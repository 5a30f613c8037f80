/** What a URL answers to the methods that it does not have. */
import fastify, { type FastifyInstance } from 'fastify';
import { refuseMethodsWithoutRoute, rememberRoutes } from './method-not-allowed-routes.js';
import { ProblemFilter } from '../runtime/http/kernel/problem.filter.js';

describe('a URL', () => {
  let app: FastifyInstance;

  beforeEach(() => {
    app = fastify();
    const routes = rememberRoutes(app);
    app.get('/sum', () => 'sum');
    app.get('/numbers/:position', () => 'number');
    app.post('/numbers', () => 'posted');
    refuseMethodsWithoutRoute(
      app,
      routes,
      new ProblemFilter(() => Promise.resolve({ 'leftfold-position': '7' })),
    );
  });

  afterEach(() => app.close());

  it.each([
    ['GET', '/sum'],
    ['HEAD', '/sum'],
    ['POST', '/numbers'],
  ] as const)('answers %s %s, which it has', async (method, url) => {
    expect((await app.inject({ method, url })).statusCode).toBe(200);
  });

  it.each([
    ['PUT', '/sum', 'GET, HEAD'],
    ['POST', '/sum', 'GET, HEAD'],
    ['DELETE', '/numbers/7', 'GET, HEAD'],
    ['GET', '/numbers', 'POST'],
  ] as const)('refuses %s %s, which it has not, and says what it has', async (method, url, allow) => {
    const { statusCode, headers } = await app.inject({ method, url });
    expect([statusCode, headers.allow]).toEqual([405, allow]);
  });

  it('refuses before it reads the body', async () => {
    const headers = { 'content-type': 'text/nonsense' };
    expect((await app.inject({ method: 'PUT', url: '/sum', payload: 'x', headers })).statusCode).toBe(405);
  });

  it('answers with a problem', async () => {
    expect((await app.inject({ method: 'DELETE', url: '/sum' })).json()).toMatchObject({
      type: 'urn:leftfold:problem:method-not-allowed',
      status: 405,
      detail: 'DELETE is not possible here; GET, HEAD is. What is recorded is never changed or deleted.',
    });
  });

  it('says what it has when it is asked by OPTIONS', async () => {
    const { statusCode, headers } = await app.inject({ method: 'OPTIONS', url: '/sum' });
    expect([statusCode, headers.allow]).toEqual([204, 'GET, HEAD, OPTIONS']);
  });

  it('that is none is not found, whatever the method', async () => {
    expect((await app.inject({ method: 'PUT', url: '/nothing' })).statusCode).toBe(404);
  });
});
