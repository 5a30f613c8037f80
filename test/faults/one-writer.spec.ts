/** One writer of a log in LMDB, whichever PID namespaces its processes are in, and also when one of them was stopped for a while. */
import { jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { join } from 'node:path';
import { problemOf } from '../support/api.js';
import { leftfold } from '../support/cli.js';
import { IN_OWN_PID_NAMESPACE, hasPidNamespaces, processWithin } from '../support/pid-namespace.js';
import { CONTEXTS, Server, TemporaryFolder, runToEnd, type Environment } from '../support/server.js';

jest.setTimeout(120_000); // several servers in one case, each of which a busy machine delays

const STOPS_IN_TRANSACTION = join(import.meta.dirname, '..', 'support', 'stop-in-transaction.mjs');

const itInNamespaces = hasPidNamespaces() ? it : it.skip;

interface Readiness {
  readonly log: { readonly status: string; readonly head: number; readonly code?: string };
}

interface StopOptions {
  /** Of the process that writes, if it is not the one that was started. */
  readonly id?: number;
  readonly within?: readonly string[];
  readonly attempts?: number;
}

describe('a log with one writer', () => {
  let folder: TemporaryFolder;
  let environment: Environment;
  const servers: Server[] = [];

  beforeEach(() => {
    folder = new TemporaryFolder();
    environment = { LEFTFOLD_DATA: folder.path, LEFTFOLD_LEASE_SECONDS: '1' };
  });

  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.kill()));
    folder.remove();
  });

  async function start(within: readonly string[] = []): Promise<Server> {
    const server = await Server.start(environment, undefined, within);
    servers.push(server);
    await server.ready();
    return server;
  }

  const idOf = (server: Server): number => server.process.pid ?? NaN;

  /**
   * Stops the writer, and starts another. One that is stopped in the middle of a transaction (it renews its lease in one) keeps the log:
   * then it goes on, and is stopped at another moment.
   */
  async function startWhileStopped(
    writer: Server,
    { id = idOf(writer), within = [], attempts = 10 }: StopOptions = {},
  ): Promise<Server> {
    process.kill(id, 'SIGSTOP');
    try {
      return await start(within);
    } catch (error) {
      if (attempts <= 1 || !String(error).includes('stopped in the middle of a transaction')) throw error;
      process.kill(id, 'SIGCONT');
      await writer.fetch('/health/live');
      return startWhileStopped(writer, { id, within, attempts: attempts - 1 });
    }
  }

  itInNamespaces(
    'refuses a second server that has the same process id in another PID namespace',
    async () => {
      await start(IN_OWN_PID_NAMESPACE);
      const { code, stderr } = await runToEnd({ ...environment, PORT: '0' }, undefined, IN_OWN_PID_NAMESPACE);
      expect(stderr).toMatch(
        /^leftfold: LEFTFOLD_DATA: \S+ is in use by process 1 of another container or PID namespace; stop that process or choose another folder$/m,
      );
      expect(code).toBe(1);
    },
  );

  itInNamespaces('lets the first server go on beside one that was refused', async () => {
    const server = await start(IN_OWN_PID_NAMESPACE);
    await server.post('/entries', { value: 1 });
    await runToEnd({ ...environment, PORT: '0' }, undefined, IN_OWN_PID_NAMESPACE);
    await runToEnd({ ...environment, PORT: '0' });
    expect((await server.post('/entries', { value: 2 })).status).toBe(201);
    expect(await server.json('/balance')).toMatchObject({ count: 2 });
  });

  itInNamespaces('can be read from another PID namespace by every command that reads', async () => {
    const server = await start(IN_OWN_PID_NAMESPACE);
    await server.post('/entries', { value: 5 });
    for (const words of [
      ['verify'],
      ['export', '--quiet'],
      ['audit', '--contexts', CONTEXTS],
      ['what-if', 'balance', '--without', '1', '--contexts', CONTEXTS],
      ['backup', join(folder.path, 'copy')],
    ]) {
      const { code, stderr } = await leftfold([...words, '--data', folder.path], {
        within: IN_OWN_PID_NAMESPACE,
      });
      const [command] = words;
      expect({ command, code, complaint: /damaged|Error/.exec(stderr) }).toEqual({
        command,
        code: 0,
        complaint: null,
      });
    }
  });

  itInNamespaces('is verified from another PID namespace while it is written without a pause', async () => {
    const server = await start(IN_OWN_PID_NAMESPACE);
    const over = new AbortController();
    const writing = (async () => {
      while (!over.signal.aborted)
        await Promise.all([1, 2, 3, 4].map((value) => server.post('/entries', { value })));
    })();
    const results: (number | null)[] = [];
    for (let count = 0; count < 3; count += 1) {
      const { code, stderr } = await leftfold(['verify', '--data', folder.path], {
        within: IN_OWN_PID_NAMESPACE,
      });
      expect(stderr).not.toMatch(/damaged|backup/);
      results.push(code);
    }
    over.abort();
    await writing;
    expect(results).toEqual([0, 0, 0]);
  });

  itInNamespaces('is taken over after a writer in another PID namespace was killed', async () => {
    const server = await start(IN_OWN_PID_NAMESPACE);
    await server.post('/entries', { value: 5 });
    process.kill(processWithin(idOf(server)), 'SIGKILL');
    await server.ended;
    const successor = await start(IN_OWN_PID_NAMESPACE);
    expect((await successor.post('/entries', { value: 6 })).status).toBe(201);
    expect(await successor.json('/balance')).toMatchObject({ count: 2 });
  });

  itInNamespaces(
    'is taken over from a stopped writer that has the same process id, and closed in good order',
    async () => {
      const stopped = await start(IN_OWN_PID_NAMESPACE);
      const id = processWithin(idOf(stopped));
      const successor = await startWhileStopped(stopped, { id, within: IN_OWN_PID_NAMESPACE });
      expect((await successor.post('/entries', { value: 6 })).status).toBe(201);
      process.kill(processWithin(idOf(successor)), 'SIGTERM');
      const { code, stdout } = await successor.ended;
      expect(stdout).toContain('stopped');
      expect(code).toBe(0);
    },
  );

  it('is taken over at once after a writer of the same PID namespace was killed', async () => {
    environment = { ...environment, LEFTFOLD_LEASE_SECONDS: '3600' };
    const server = await start();
    await server.kill();
    await start();
  });

  it('is free at once after a writer has ended in good order', async () => {
    environment = { ...environment, LEFTFOLD_LEASE_SECONDS: '3600' };
    const server = await start();
    await server.stop();
    await start();
  });

  describe('whose writer was stopped for longer than its lease', () => {
    let stopped: Server;
    let successor: Server;

    beforeEach(async () => {
      stopped = await start();
      await stopped.post('/entries', { value: 5 });
      successor = await startWhileStopped(stopped);
      await successor.post('/entries', { value: 6 });
      process.kill(idOf(stopped), 'SIGCONT');
    });

    it('records nothing more from it', async () => {
      const problem = await problemOf(await stopped.post('/entries', { value: 7 }), 503);
      expect(problem.type).toBe('urn:leftfold:problem:lease-lost');
      expect(await successor.json('/balance')).toMatchObject({ count: 2 });
      expect((await successor.post('/entries', { value: 8 })).status).toBe(201);
    });

    it('is told of by its readiness, also without an append', async () => {
      let response = await stopped.fetch('/health/ready');
      while (response.status === 200) {
        await pause(20);
        response = await stopped.fetch('/health/ready');
      }
      const { log } = (await response.json()) as Readiness;
      expect(log).toMatchObject({ status: 'read-only', code: 'lease-lost' });
    });

    it('answers queries from what the other one records', async () => {
      await stopped.post('/entries', { value: 7 });
      const { position } = (await (await successor.post('/entries', { value: 8 })).json()) as {
        readonly position: number;
      };
      const balance = await stopped.fetch(`/balance?after=${position}`, { headers: { prefer: 'wait=10' } });
      expect(await balance.json()).toMatchObject({ count: 3 });
    });

    it('is not released by it when it ends', async () => {
      await stopped.post('/entries', { value: 7 });
      await stopped.stop();
      const { stderr } = await runToEnd({ ...environment, PORT: '0' });
      expect(stderr).toContain('is in use by process');
    });
  });

  it('cannot be taken over from a writer that was stopped in the middle of a transaction, which is said', async () => {
    const path = join(folder.path, 'log');
    const stopped = spawn(process.execPath, [STOPS_IN_TRANSACTION, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      await once(stopped.stdout, 'data');
      const { code, stderr } = await runToEnd({ ...environment, PORT: '0' });
      expect(stderr).toContain(
        `is in use by process ${stopped.pid}, which seems to be stopped in the middle of a transaction`,
      );
      expect(code).toBe(1);
      stopped.kill('SIGCONT');
      await once(stopped, 'exit');
      await start();
    } finally {
      stopped.kill('SIGKILL');
    }
  });

  it('stays with a writer that was stopped for longer than its lease while nobody wanted it', async () => {
    const server = await start();
    process.kill(idOf(server), 'SIGSTOP');
    await pause(1500);
    process.kill(idOf(server), 'SIGCONT');
    expect((await server.post('/entries', { value: 5 })).status).toBe(201);
  });
});
