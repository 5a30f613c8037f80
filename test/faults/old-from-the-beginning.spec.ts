/** What a start makes that lives long says nothing of what a server makes that has started. */
import { join } from 'node:path';
import { Server, TemporaryFolder } from '../support/server.js';

const PROGRAM = join(import.meta.dirname, '..', 'support', 'main-with-guesses.mjs');

/** Enough for many collections of the young, in which V8 would conclude something. */
const REQUESTS = 60;
const NUMBERS = Array.from({ length: 5_000 }, () => ({ value: '7' }));

describe('a server under load', () => {
  const folder = new TemporaryFolder();

  afterAll(() => {
    folder.remove();
  });

  it('makes nothing old from the beginning because of what once lived long', async () => {
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
