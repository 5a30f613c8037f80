/** Many large requests at once, over real HTTP: between two of them the server answers others, counted in answers and not in time. */
import { PROGRAM, Server, TemporaryFolder } from '../support/server.js';

const BATCHES = 12;

/** A mebibyte: 1,000 numbers of 1,000 digits. */
const LARGE = JSON.stringify(Array.from({ length: 1000 }, (_, nth) => String(1 + (nth % 9)).repeat(1000)));

describe('many large requests at once', () => {
  const folder = new TemporaryFolder();
  let server: Server;

  beforeAll(async () => {
    server = await Server.start({ LEFTFOLD_DATA: folder.path }, PROGRAM);
    await server.ready();
  }, 60_000);

  afterAll(async () => {
    await server.kill();
    folder.remove();
  });

  /** How often `/health/live` was answered, one request after the other, until the work was done. */
  async function answersDuring<Result>(
    work: Promise<Result>,
  ): Promise<{ readonly answers: number; readonly result: Result }> {
    const done = new AbortController();
    const end = work.finally(() => {
      done.abort();
    });
    let answers = 0;
    for (; !done.signal.aborted; answers += 1) await server.fetch('/health/live');
    return { answers, result: await end };
  }

  it('are all recorded, and health is answered in between', async () => {
    const posts = Array.from({ length: BATCHES }, () => server.post('/numbers', LARGE));
    const { answers, result } = await answersDuring(Promise.all(posts));
    expect(result.map(({ status }) => status)).toEqual(posts.map(() => 201));
    expect(answers).toBeGreaterThan(BATCHES / 4);
  }, 60_000);

  it('leave a product that is told approximately, and refused exactly', async () => {
    const read = (): Promise<Response> =>
      server.fetch(`/product?after=${BATCHES * 1000}`, { headers: { prefer: 'wait=5' } });
    let shown = await read();
    while (shown.status === 503) shown = await read(); // it is still being folded
    expect(await shown.json()).toMatchObject({ approximate: expect.stringMatching(/e\+\d+$/) as string });
    expect((await server.fetch('/product/value')).status).toBe(409);
    expect((await server.fetch('/product/state')).status).toBe(200);
  }, 60_000);

  it.each([
    [200, 100, 201],
    [1, 60_000, 422],
  ])(
    'are answered in turns when they have %i events of %i tags, with %i',
    async (events, count, status) => {
      const posts = Array.from({ length: BATCHES }, (_, nth) => {
        const tags = Array.from({ length: count }, (__, index) => `${nth}:${index}`);
        const event = { type: 'number.recorded', data: { value: '1' }, tags };
        return server.post('/events', { events: Array.from({ length: events }, () => event) });
      });
      const { answers, result } = await answersDuring(Promise.all(posts));
      expect(result.map((response) => response.status)).toEqual(posts.map(() => status));
      expect(answers).toBeGreaterThan(BATCHES / 4);
    },
    60_000,
  );

  it('are refused in turns when they are wrong', async () => {
    const wrong = JSON.stringify({ events: Array.from({ length: 10_000 }, () => ({ a: 1.5 })) });
    const posts = Array.from({ length: BATCHES }, () => server.post('/events', wrong));
    const { answers, result } = await answersDuring(Promise.all(posts));
    expect(result.map(({ status }) => status)).toEqual(posts.map(() => 422));
    expect(answers).toBeGreaterThan(BATCHES / 4);
  }, 60_000);
});
