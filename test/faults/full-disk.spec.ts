import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { problemOf } from '../support/api.js';
import { Server, TemporaryFolder } from '../support/server.js';

const MEBIBYTE = 1024 * 1024;
/** 50 kB that are not all the same, or the log would say them once. */
const VALUES = Array.from({ length: 500 }, (_, index) => `${index + 1}`.padEnd(100, '7'));
/** No more appends than this fill the disk, or the test has failed. */
const MAX_APPENDS = 500;

/** A disk of so many MiB, if this machine lets us have one. */
function mount(folder: string, size: number): boolean {
  mkdirSync(folder);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size * MEBIBYTE}`, 'tmpfs', folder], {
      stdio: 'pipe',
    });
    return true;
  } catch {
    return false;
  }
}

const folder = new TemporaryFolder();
const disk = join(folder.path, 'disk');
const isMounted = mount(disk, 24);
if (!isMounted)
  process.stderr.write('SKIPPED: no small disk can be mounted here, so a full disk was not tested.\n');

(isMounted ? describe : describe.skip)('a full disk', () => {
  let server: Server;

  beforeAll(async () => {
    server = await Server.start({ LEFTFOLD_DATA: join(disk, 'data') });
  });

  afterAll(async () => {
    await server.kill();
    execFileSync('umount', [disk]);
    folder.remove();
  });

  const record = (key: string): Promise<Response> =>
    server.post('/entries', VALUES, { 'idempotency-key': key });

  it('refuses appends with 507 and records nothing of them', async () => {
    expect((await record('first')).status).toBe(201);
    let response = await record('second');
    for (let append = 0; response.status === 201 && append < MAX_APPENDS; append += 1) {
      response = await record(`more-${append}`);
    }
    const before = response.headers.get('leftfold-position');
    const problem = await problemOf(response, 507);
    expect(problem.type).toBe('urn:leftfold:problem:storage-full');
    expect((await record('refused')).status).toBe(507);
    expect((await server.fetch('/health/live')).headers.get('leftfold-position') ?? before).toBe(before);
  });

  it('goes on reading, and answers the retry of what was recorded', async () => {
    const page = (await server.json('/events?limit=1')) as { readonly events: readonly unknown[] };
    expect(page.events).toHaveLength(1);
    const { count } = (await server.json('/balance')) as { readonly count: number };
    expect(count % 500).toBe(0);
    expect(await (await record('first')).json()).toEqual({ first: 1, last: 500 });
  });

  it('appends again once there is room, and what was refused can be recorded then', async () => {
    execFileSync('mount', ['-o', `remount,size=${64 * MEBIBYTE}`, disk]);
    expect((await record('refused')).status).toBe(201);
    const { count, position } = (await server.json('/balance')) as {
      readonly count: number;
      readonly position: number;
    };
    expect(position % 500).toBe(0);
    expect(count).toBe(position);
  });

  it('has lost nothing when it is started again', async () => {
    const { last } = (await (await record('refused')).json()) as { readonly last: number };
    await server.kill();
    server = await Server.start({ LEFTFOLD_DATA: join(disk, 'data') });
    await server.ready();
    const { events } = (await server.json(`/events?after=${last - 1}&limit=1`)) as {
      readonly events: readonly { readonly commit: string }[];
    };
    expect(events.map(({ commit }) => commit)).toEqual(['key:refused']);
  });
});
