/** The program runs without V8's allocation-site pretenuring: objects that survive the start do not decide where later ones are allocated. */
import { join } from 'node:path';
import { Server, TemporaryFolder } from '../support/server.js';

const PROGRAM = join(import.meta.dirname, '..', 'support', 'main-with-pretenuring-trace.mjs');

/** Enough for many minor collections, at which V8 would decide on pretenuring. */
const REQUESTS = 60;
const NUMBERS = Array.from({ length: 5_000 }, () => ({ value: '7' }));

describe('a server under load', () => {
  const folder = new TemporaryFolder();

  afterAll(() => {
    folder.remove();
  });

  it('allocates nothing in the old generation because of what survived earlier', async () => {
    const server = await Server.start({ LEFTFOLD_DATA: folder.path }, PROGRAM);
    for (let request = 0; request < REQUESTS; request += 1) {
      const { status } = await server.post('/entries', NUMBERS);
      expect(status).toBe(201);
    }
    const { code, stdout } = await server.stop();
    expect(code).toBe(0);
    const sinceItListens = stdout.slice(stdout.indexOf('listens on'));
    expect(sinceItListens).toContain('stopped');
    expect(sinceItListens).not.toContain('AllocationSite');
  }, 60_000);
});
