import { TemporaryFolder, type Server } from '../support/server.js';
import { startProgram } from './support/numbers.js';

describe('the hello-world protocol', () => {
  const folder = new TemporaryFolder();
  let server: Server;

  beforeAll(async () => {
    server = await startProgram({ LEFTFOLD_DATA: folder.path, LEFTFOLD_SEED: '1,1,1,1,2' });
    await server.ready();
  });

  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  const text = async (path: string): Promise<string> => (await server.fetch(path)).text();

  it('shows the seed, takes a number, and shows what came of it', async () => {
    expect(await text('/log')).toBe('[1,1,1,1,2]');
    expect(await text('/sum/state')).toBe('\nadder state: 6\n');
    expect(await text('/product/state')).toBe('\nmultiplier state: 2\n');
    const pushed = await server.fetch('/push', { method: 'POST', body: new URLSearchParams({ event: '5' }) });
    expect(await pushed.text()).toBe('[1,1,1,1,2,5]');
    // A WebSocket is there as well.
    expect((await server.fetch('/push')).status).toBe(426);
    expect(await text('/sum/state?after=6')).toBe('\nadder state: 11\n');
    expect(await text('/product/state?after=6')).toBe('\nmultiplier state: 10\n');
  });
});
