/** `leftfold audit` and `leftfold rehearse`, beside a running server. */
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { foldedUpTo, record } from '../support/api.js';
import { leftfold, printed } from '../support/cli.js';
import { Server, TemporaryFolder } from '../support/server.js';
import { snapshotFiles, tamper } from '../support/tampering.js';

const SUPPORT = join(import.meta.dirname, '..', 'support', 'operations');
const CONTEXTS = join(SUPPORT, 'contexts.mjs');
const MAIN = join(SUPPORT, 'main.mjs');

/** Starts many processes, possibly on a busy machine. */
jest.setTimeout(120_000);

let folder: TemporaryFolder;
let server: Server;

beforeEach(async () => {
  folder = new TemporaryFolder();
  await restart();
  await foldedUpTo(server, '/odd', await record(server, 1, 2, 3));
  await restart(); // which leaves a snapshot at 3
  await foldedUpTo(server, '/odd', await record(server, 4));
});

afterEach(async () => {
  await server.kill();
  folder.remove();
});

async function restart(environment: Readonly<Record<string, string>> = {}): Promise<string> {
  const ended = (server as Server | undefined)?.process.exitCode === null ? await server.stop() : undefined;
  server = await Server.start({ LEFTFOLD_DATA: folder.path, ...environment }, MAIN);
  await server.ready();
  return ended?.stdout ?? '';
}

const words = (command: string, ...more: readonly string[]): readonly string[] => [
  command,
  '--data',
  folder.path,
  '--contexts',
  CONTEXTS,
  ...more,
];

/** The same contexts with another machine: it counts each number twice. */
const NEW = { environment: { LEFTFOLD_TEST_FACTOR: '2' } };

describe('leftfold audit', () => {
  it('prints the digests of events and state while a server runs', async () => {
    const { code, stdout, stderr } = await leftfold(words('audit'));
    expect([code, stderr]).toEqual([0, 'odd: 1 snapshot, all of them what the log folds to\n']);
    const answer = await server.fetch('/projections/odd/audit', {
      method: 'POST',
      headers: { prefer: 'wait=60' },
    });
    const { digest, state } = (await answer.json()) as { digest: string; state: string };
    expect(stdout).toBe(`odd 4 ${digest} ${state}\n`);
  });

  it('fails with 1 when a snapshot differs from the log, and names the positions between which that began', async () => {
    tamper(snapshotFiles(folder.path, 'odd')[0] ?? '', ({ context }) => {
      context['total'] = 7n;
    });
    const { code, stdout, stderr } = await leftfold(words('audit', 'odd'));
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toBe(
      'leftfold audit: the snapshot of odd at 3 is not what the log folds to; up to 0 it was\n',
    );
  });

  it('fails with 2 for an unknown projection', async () => {
    const { code, stderr } = await leftfold(words('audit', 'even'));
    expect([code, stderr]).toEqual([2, 'leftfold audit: there is no projection even; there are odd\n']);
  });
});

describe('leftfold rehearse', () => {
  it('reports equal states for the same code', async () => {
    expect(await printed(words('rehearse', '--check'))).toBe('odd 4 equal at 3, the same machine\n');
  });

  it('prints both states when new code folds to another, and keeps no snapshot with --check', async () => {
    const { code, stdout, stderr } = await leftfold(words('rehearse', '--check'), NEW);
    expect([code, stderr]).toEqual([
      1,
      'leftfold rehearse: odd: this code folds the history to another state\n',
    ]);
    expect(stdout).toBe(
      [
        'odd 4 different at 3, another machine',
        '- {"value":"counting","context":{"total":"6n","factor":"1"}}',
        '+ {"value":"counting","context":{"total":"12n","factor":"2"}}',
        '',
      ].join('\n'),
    );
    expect(snapshotFiles(folder.path, 'odd', 'rehearsed')).toEqual([]);
  });

  it('keeps a snapshot from which new code starts, beside the snapshots of the old code', async () => {
    await printed(words('rehearse'), NEW);
    expect(await foldedUpTo(server, '/odd', await record(server, 5))).toMatchObject({ total: '15' });
    await restart();
    expect(await server.json('/odd')).toMatchObject({ total: '15', position: 5 });
    const old = await restart(NEW.environment);
    expect(old).toContain('odd: folded 0 events from the snapshot at 5');
    expect(await server.json('/odd')).toMatchObject({ total: '30', position: 5 });
    const { stdout } = await server.stop();
    expect(stdout).toContain('odd: folded 1 events from the snapshot at 4 to 5');
  });
});
