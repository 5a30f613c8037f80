/** Which problems are kept for operators, and which make room. */
import type { HttpRequest } from './exchange.js';
import { MAX_PROBLEMS, RecentProblems, type RecentProblem } from './recent-problems.js';

const document = (status: number, problem = 'x', detail = 'It is so.') => ({
  type: `urn:leftfold:problem:${problem}`,
  title: 'A title',
  status,
  detail,
});

/** @param route undefined: there is none @param method GET unless told */
function requestTo(originalUrl: string, route?: string, method = 'GET'): HttpRequest {
  const routeOptions = route === undefined ? {} : { url: route };
  return { method, originalUrl, headers: {}, ...{ routeOptions } };
}

describe('recent problems', () => {
  let seconds: number;
  let recent: RecentProblems;

  beforeEach(() => {
    seconds = 0;
    recent = new RecentProblems(() => new Date(Date.UTC(2026, 0, 1, 0, 0, (seconds += 1))));
  });

  const kept = (): readonly string[] =>
    recent.list.map(({ method, path, status, count }) => `${method} ${path} ${status} ${count}`);

  it('are newest first, those of one method, route and type counted as the last of them', () => {
    recent.note(document(404), requestTo('/events/1?full=1', '/events/:position'));
    recent.note(document(409), requestTo('/orders', '/orders', 'POST'));
    recent.note(document(404), requestTo('/events/2', '/events/:position'));
    recent.note(document(404, 'other'), requestTo('/events/2', '/events/:position'));
    expect(kept()).toEqual(['GET /events/2 404 1', 'GET /events/2 404 2', 'POST /orders 409 1']);
    expect(recent.list[1]).toEqual({
      time: '2026-01-01T00:00:03.000Z',
      method: 'GET',
      path: '/events/2',
      status: 404,
      type: 'urn:leftfold:problem:x',
      title: 'A title',
      detail: 'It is so.',
      count: 2,
    } satisfies RecentProblem);
  });

  it('are not those of paths that there are not, unless this side failed', () => {
    for (const status of [400, 401, 403, 404, 429]) recent.note(document(status), requestTo('/wp-login.php'));
    expect(kept()).toEqual([]);
    for (const each of ['a', 'b']) recent.note(document(503), requestTo(`/product/${each}`));
    expect(kept()).toEqual(['GET /product/b 503 2']);
  });

  it('of this side, and refused decisions, stay while others make room', () => {
    for (const status of [500, 409, 422])
      recent.note(document(status, `of ${status}`), requestTo('/a', '/a'));
    for (let each = 0; each < 3 * MAX_PROBLEMS; each += 1)
      recent.note(document(404, `p${each}`), requestTo('/a', '/a'));
    expect(recent.list).toHaveLength(MAX_PROBLEMS);
    expect(kept().slice(-3)).toEqual(['GET /a 422 1', 'GET /a 409 1', 'GET /a 500 1']);
    for (let each = 0; each < 2 * MAX_PROBLEMS; each += 1)
      recent.note(document(500, `q${each}`), requestTo('/a', '/a'));
    expect(recent.list).toHaveLength(MAX_PROBLEMS);
    expect(recent.list[0]?.type).toBe(`urn:leftfold:problem:q${2 * MAX_PROBLEMS - 1}`);
  });

  it('of this side stay while refused decisions make room', () => {
    recent.note(document(503), requestTo('/a', '/a'));
    for (let each = 0; each < 3 * MAX_PROBLEMS; each += 1)
      recent.note(document(422, `p${each}`), requestTo('/a', '/a'));
    expect(kept().at(-1)).toBe('GET /a 503 1');
  });

  it('have bounds, whatever is sent', () => {
    recent.note(
      document(422, 'x'.repeat(10_000), '\u{1F600}'.repeat(10_000)),
      requestTo(`/${'x'.repeat(10_000)}`, '/:id'),
    );
    const [only] = recent.list;
    expect([only?.detail.length, only?.path.length, only?.type.length]).toEqual([500, 200, 200]);
    expect(only?.detail.isWellFormed()).toBe(true);
  });
});
