/** The folder of a log that is deleted, moved or replaced under a running server; and a folder that was copied. */
import { cpSync, mkdirSync, renameSync, rmSync, truncateSync, statSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { problemOf } from '../support/api.js';
import { Server, TemporaryFolder, runToEnd, type Environment } from '../support/server.js';

interface Readiness {
  readonly log: { readonly code?: string };
}

describe('the folder of a log', () => {
  let folder: TemporaryFolder;
  let data: string;
  let environment: Environment;
  let server: Server;

  beforeEach(async () => {
    folder = new TemporaryFolder();
    data = join(folder.path, 'data');
    environment = { LEFTFOLD_DATA: data, LEFTFOLD_LEASE_SECONDS: '1' };
    server = await Server.start(environment);
    await server.ready();
    await server.post('/entries', { value: 5 });
  });

  afterEach(async () => {
    await server.kill();
    folder.remove();
  });

  const disturbances: readonly (readonly [what: string, disturb: () => void])[] = [
    [
      'was deleted',
      () => {
        rmSync(data, { recursive: true });
      },
    ],
    [
      'was moved',
      () => {
        renameSync(data, `${data}-moved`);
      },
    ],
    [
      'was replaced by a copy',
      () => {
        cpSync(data, `${data}-copy`, { recursive: true });
        renameSync(data, `${data}-moved`);
        renameSync(`${data}-copy`, data);
      },
    ],
    [
      'was replaced by an empty one',
      () => {
        rmSync(data, { recursive: true });
        mkdirSync(join(data, 'log'), { recursive: true });
      },
    ],
  ];

  describe.each(disturbances)('that %s under a server', (_what, disturb) => {
    it('takes no more appends', async () => {
      disturb();
      const problem = await problemOf(await server.post('/entries', { value: 6 }), 503);
      expect(problem.type).toBe('urn:leftfold:problem:log-files-replaced');
      expect((await server.post('/entries', { value: 7 }, { 'idempotency-key': 'again' })).status).toBe(503);
      expect((await server.post('/entries', { value: 7 }, { 'idempotency-key': 'again' })).status).toBe(503);
    });

    it('is told of by readiness, also without an append', async () => {
      disturb();
      let response = await server.fetch('/health/ready');
      while (response.status === 200) {
        await pause(20);
        response = await server.fetch('/health/ready');
      }
      const { log } = (await response.json()) as Readiness;
      expect(log.code).toBe('log-files-replaced');
    });
  });

  describe('that was copied while a server uses it', () => {
    let copy: string;
    let second: Server | undefined;

    beforeEach(() => {
      copy = join(folder.path, 'copy');
      cpSync(data, copy, { recursive: true });
    });

    afterEach(async () => {
      await second?.kill();
      second = undefined;
    });

    it('is not in use by that server', async () => {
      second = await Server.start({ ...environment, LEFTFOLD_DATA: copy });
      await second.ready();
      expect(await second.json('/balance')).toMatchObject({ count: 1 });
      const { stdout, stderr } = await second.stop();
      expect(stdout + stderr).toContain('this is a copy of a log that was in use');
      expect((await server.post('/entries', { value: 6 })).status).toBe(201);
    });

    it('is looked through', async () => {
      const file = join(copy, 'log', 'data.mdb');
      truncateSync(file, Math.min(20_000, statSync(file).size));
      expect(readdirSync(join(copy, 'log'))).toContain('writer.json');
      const { code, stderr } = await runToEnd({ ...environment, LEFTFOLD_DATA: copy, PORT: '0' });
      expect(stderr).toMatch(/data\.mdb is damaged/);
      expect(code).toBe(1);
    });
  });
});
