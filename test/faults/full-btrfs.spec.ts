/** A Btrfs, which never writes in place, that another program fills up while a server appends. */
import { appendFileSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { MIN_FREE_BYTES } from '../../src/runtime/stores/lmdb/free-space.js';
import { problemOf } from '../support/api.js';
import { MountedImage } from '../support/mounted-image.js';
import { Server, runToEnd } from '../support/server.js';

const CHUNK = Buffer.alloc(1 << 20, 7);
const image = MountedImage.mount('btrfs', 200);

(image === undefined ? describe.skip : describe)('a Btrfs that becomes full', () => {
  const disk = image?.path ?? '';
  const ballast = join(disk, 'ballast');
  const environment = { LEFTFOLD_DATA: join(disk, 'data') };
  let server: Server;

  beforeAll(async () => {
    server = await Server.start(environment);
    await server.ready();
  });

  afterAll(async () => {
    await server.kill();
    image?.remove();
  });

  const append = (): Promise<Response> => server.post('/entries', { value: 5 });

  const free = (): number => {
    const { bavail, bsize } = statfsSync(disk);
    return bavail * bsize;
  };

  it('refuses appends with 507 while some of it is still free, and does not end', async () => {
    let response = await append();
    expect(response.status).toBe(201);
    while (response.status === 201) {
      appendFileSync(ballast, CHUNK, { flush: true });
      response = await append();
    }
    expect(free()).toBeGreaterThan(MIN_FREE_BYTES / 2);
    const problem = await problemOf(response, 507);
    expect(problem.type).toBe('urn:leftfold:problem:storage-full');
  });

  it('is not written to by the log while it is quite full', async () => {
    expect(() => {
      for (;;) appendFileSync(ballast, CHUNK, { flush: true });
    }).toThrow('ENOSPC');
    for (let each = 0; each < 20; each += 1) expect((await append()).status).toBe(507);
    expect((await server.fetch('/balance')).status).toBe(200);
    expect(server.process.exitCode).toBeNull();
  });

  it('takes no server that starts, in a sentence', async () => {
    await server.kill();
    const { code, signal, stderr } = await runToEnd({ ...environment, PORT: '0' });
    expect({ code, signal }).toEqual({ code: 1, signal: null });
    expect(stderr).toMatch(/cannot be used: ENOSPC/);
  });

  it('is appended to again once there is room', async () => {
    rmSync(ballast);
    server = await Server.start(environment);
    await server.ready();
    expect((await append()).status).toBe(201);
    await server.stop();
  });
});
