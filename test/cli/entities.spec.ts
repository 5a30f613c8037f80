/** `leftfold audit`, `rehearse` and `what-if` of an entity projection, beside a running server. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import Database from 'libsql';
import { foldedUpTo } from '../support/api.js';
import { leftfold, printed, start } from '../support/cli.js';
import { Server, TemporaryFolder } from '../support/server.js';

const SUPPORT = join(import.meta.dirname, '..', 'support', 'operations');
const CONTEXTS = join(SUPPORT, 'digit-contexts.mjs');
const MAIN = join(SUPPORT, 'digit-main.mjs');

/** Starts many processes, possibly on a busy machine. */
jest.setTimeout(120_000);

let folder: TemporaryFolder;
let server: Server;

async function begin(): Promise<void> {
  folder = new TemporaryFolder();
  await restart();
  await record(server, 1, 2, 11);
}

async function end(): Promise<void> {
  await server.kill();
  folder.remove();
}

async function restart(environment: Readonly<Record<string, string>> = {}): Promise<void> {
  if ((server as Server | undefined)?.process.exitCode === null) await server.stop();
  server = await Server.start({ LEFTFOLD_DATA: folder.path, ...environment }, MAIN);
  await server.ready();
}

async function record(to: Server, ...values: readonly number[]): Promise<void> {
  const events = values.map((value) => ({
    type: 'entry.recorded',
    data: { value: String(value) },
    tags: [`digit:${String(value).slice(-1)}`],
  }));
  const answer = await to.post('/events', { events });
  expect(answer.status).toBe(201);
  const { last } = (await answer.json()) as { readonly last: number };
  await foldedUpTo(to, '/digits', last);
}

const within = (command: string, data: readonly string[], more: readonly string[]): readonly string[] => [
  command,
  ...data,
  '--contexts',
  CONTEXTS,
  ...more,
];

const words = (command: string, ...more: readonly string[]): readonly string[] =>
  within(command, ['--data', folder.path], more);

/** The same contexts with another machine: it counts each entry twice. */
const NEW = { environment: { LEFTFOLD_TEST_FACTOR: '2' } };

const projectionFolder = (...more: readonly string[]): string =>
  join(folder.path, 'projections', 'digits', ...more);

const databasesIn = (path: string): readonly string[] => {
  try {
    return readdirSync(path).filter((name) => name.endsWith('.db'));
  } catch {
    return [];
  }
};

/** As a defect of the program would. */
function change(sql: string): void {
  const database = new Database(projectionFolder(databasesIn(projectionFolder())[0] ?? ''));
  database.pragma('busy_timeout = 5000');
  database.exec(sql);
  database.close();
}

describe('an entity projection of a running server', () => {
  beforeAll(begin);
  afterAll(end);

  it('is audited to the digest that the server has', async () => {
    const { code, stdout, stderr } = await leftfold(words('audit'));
    expect([code, stderr]).toEqual([0, 'digits: 2 entities, all of them what the log folds to\n']);
    const audit = await server.fetch('/projections/digits/audit', {
      method: 'POST',
      headers: { prefer: 'wait=60' },
    });
    const { digest, state } = (await audit.json()) as { readonly digest: string; readonly state: string };
    expect(stdout).toBe(`digits 3 ${digest} ${state}\n`);
    expect(databasesIn(projectionFolder())).toHaveLength(1);
  });

  it('is rehearsed: equal entities for the same code, and the first that differ for other code', async () => {
    expect(await printed(words('rehearse', '--check'))).toBe('digits 3 equal at 3, the same definition\n');
    const { code, stdout, stderr } = await leftfold(words('rehearse', '--check'), NEW);
    expect([code, stderr]).toEqual([
      1,
      'leftfold rehearse: digits: this code folds the history to another state\n',
    ]);
    expect(stdout).toBe(
      [
        'digits 3 different at 3, another definition: 1, 2',
        '- {"value":"counting","context":{"total":12,"factor":1}}',
        '+ {"value":"counting","context":{"total":24,"factor":2}}',
        '',
      ].join('\n'),
    );
    expect(databasesIn(projectionFolder('rehearsed'))).toEqual([]);
  });

  it('has a what-if of one entity, as its server answers', async () => {
    const text = await printed(words('what-if', 'digits', '--key', '1', '--without', '3'));
    expect(JSON.parse(text)).toEqual({
      key: '1',
      position: 3,
      without: [3],
      is: { total: 12 },
      wouldBe: { total: 1 },
    });
    expect(await server.json('/digits/1/what-if?without=3')).toEqual(JSON.parse(text));
  });

  it('is compared with that of another server at the same position', async () => {
    const other = await Server.start({ LEFTFOLD_STORE: 'memory' }, MAIN);
    try {
      await record(other, 1, 2, 12);
      const same = await leftfold(['compare', server.url, server.url, 'digits']);
      expect([same.code, same.stdout]).toEqual([0, expect.stringMatching(/^digits 3 3-\w{16}\n$/)]);
      const { code, stderr } = await leftfold(['compare', server.url, other.url]);
      expect([code, stderr]).toEqual([1, 'leftfold compare: digits is not the same at 3\n']);
    } finally {
      await other.stop();
    }
  });

  it('refuses what is not there, and says what is', async () => {
    const refused: readonly (readonly [readonly string[], string])[] = [
      [['digits', '--without', '3'], 'digits has many states; say of which entity with --key'],
      [['digits', '--key', '7', '--without', '3'], 'there is no 7 in digits, with or without these events'],
      [['digits', '--key', '1', '--without', '9'], 'position 9 is after the head of the log, which is at 3'],
      [['letters', '--key', '1', '--without', '3'], 'there is no projection letters; there are digits'],
    ];
    for (const [more, message] of refused) {
      const { code, stderr } = await leftfold(words('what-if', ...more));
      expect([code, stderr]).toEqual([2, `leftfold what-if: ${message}\n`]);
    }
  });
});

describe('what a server has kept of an entity projection', () => {
  beforeEach(begin);
  afterEach(end);

  it('is audited over a log server, too', async () => {
    const digest = await printed(words('audit', '--quiet'));
    await server.stop();
    server = await Server.start({ LEFTFOLD_APP: 'log', LEFTFOLD_DATA: folder.path });
    const remote = within('audit', ['--store', server.url, '--data', folder.path], ['digits', '--quiet']);
    expect(await printed(remote)).toBe(digest);
    expect(databasesIn(projectionFolder())).toHaveLength(1);
  });

  it('fails an audit with 1 when entities differ, and names them', async () => {
    change(`UPDATE entities SET view = '{"total":9}' WHERE key = '2'`);
    const { code, stdout, stderr } = await leftfold(words('audit', 'digits'));
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toBe('leftfold audit: the entities of digits at 3 are not what the log folds to: 2\n');
  });

  it('is not compared where another definition has folded it, or it cannot be read', async () => {
    const other = await leftfold(words('audit'), NEW);
    expect(other.code).toBe(0);
    expect(other.stderr).toContain('digits: nothing was compared: it was folded by another definition');
    await server.stop();
    writeFileSync(projectionFolder('entities-1.db'), Buffer.alloc(20_000, 7));
    for (const suffix of ['-wal', '-shm'])
      rmSync(projectionFolder(`entities-1.db${suffix}`), { force: true });
    const damaged = await leftfold(words('audit'));
    expect(damaged.code).toBe(0);
    expect(damaged.stderr).toContain('digits: nothing was compared: entities-1.db cannot be used (');
    rmSync(projectionFolder(), { recursive: true });
    const none = await leftfold(words('audit'));
    expect(none.stderr).toBe('digits: nothing was compared: nothing is kept\n');
    expect(databasesIn(projectionFolder())).toEqual([]);
  });

  it('of a rehearsal is what new code begins from, while the old code goes on', async () => {
    await printed(words('rehearse'), NEW);
    expect(databasesIn(projectionFolder('rehearsed'))).toHaveLength(1);
    await record(server, 12);
    await restart(); // the old code takes no notice
    expect(await server.json('/digits/2')).toMatchObject({ total: 14 });
    await restart(NEW.environment);
    expect(await server.json('/digits/2')).toMatchObject({ total: 28 });
    expect(databasesIn(projectionFolder('rehearsed'))).toEqual([]);
    const { stdout } = await server.stop();
    expect(stdout).toContain('digits: folded 1 events from its database at 3 to 4');
  });

  it('of a rehearsal that was killed is not used, and two at once both end well', async () => {
    const abandoned = projectionFolder('rehearsed', '4194303');
    mkdirSync(abandoned, { recursive: true });
    writeFileSync(join(abandoned, 'entities-1.db'), 'cut off');
    const both = [start(words('rehearse'), NEW), start(words('rehearse'), NEW)];
    for (const { ended } of both) expect((await ended).code).toBe(0);
    expect(
      readdirSync(projectionFolder('rehearsed')).filter((name) => !/-(wal|shm)$/.test(name)),
    ).toHaveLength(1);
    await restart(NEW.environment);
    expect(await server.json('/digits/1')).toMatchObject({ total: 24 });
    const { stdout } = await server.stop();
    expect(stdout).toContain('digits: folded 0 events from its database at 3 to 3');
  });
});
