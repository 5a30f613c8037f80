import { cpSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { foldedUpTo, record, retract, until } from '../support/api.js';
import { TemporaryFolder, type Ended, type Server } from '../support/server.js';
import { Servers } from '../support/servers.js';

const servers = Servers.ofEachTest();

const dataOf = (log: string): string => join(servers.path, log);

const snapshotsOf = (log: string, projection: string): readonly string[] => {
  const path = join(dataOf(log), 'projections', projection);
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((name) => name.endsWith('.snapshot'))
    .sort()
    .map((name) => join(path, name));
};

const start = (log: string, environment: Readonly<Record<string, string>> = {}): Promise<Server> =>
  servers.start({ LEFTFOLD_DATA: dataOf(log), ...environment });

/** One run of a server on this log. */
async function run(
  log: string,
  use: (server: Server) => Promise<unknown> = () => Promise.resolve(),
): Promise<Ended> {
  const server = await start(log);
  await use(server);
  const ended = await server.stop();
  expect(ended.code).toBe(0);
  return ended;
}

const model = new TemporaryFolder();

/** A log of 1, 2, 3 | 4, 0 with the zero retracted: snapshots at 3 and at 6. */
beforeAll(async () => {
  servers.begin();
  await run('log', (server) => record(server, 1, 2, 3));
  await run('log', async (server) => retract(server, await record(server, 4, 0)));
  expect(snapshotsOf('log', 'balance')).toHaveLength(2);
  cpSync(servers.path, model.path, { recursive: true });
  await servers.end();
});

afterAll(() => {
  model.remove();
});

/** A copy of it, to do with as one likes. */
function twoRuns(log: string): void {
  cpSync(join(model.path, 'log'), dataOf(log), { recursive: true });
}

async function isRight(server: Server): Promise<void> {
  expect(await foldedUpTo(server, '/balance', 6)).toEqual({
    value: '10',
    state: 'counting',
    count: 4,
    position: 6,
  });
  expect(await foldedUpTo(server, '/factor', 6)).toEqual({
    value: '24',
    state: 'nonzero',
    count: 4,
    position: 6,
  });
}

describe('a damaged newest snapshot', () => {
  const flipByte = (path: string, at: number): void => {
    const bytes = readFileSync(path);
    const index = at < 0 ? bytes.length + at : at;
    bytes[index] = (bytes[index] ?? 0) ^ 1;
    writeFileSync(path, bytes);
  };

  it.each([
    [
      'a byte of its state flipped',
      (path: string) => {
        flipByte(path, -1);
      },
    ],
    [
      'a byte of its first line flipped',
      (path: string) => {
        flipByte(path, 25);
      },
    ],
    [
      'its first byte flipped',
      (path: string) => {
        flipByte(path, 0);
      },
    ],
    [
      'truncated',
      (path: string) => {
        truncateSync(path, readFileSync(path).length - 1);
      },
    ],
    [
      'truncated in its first line',
      (path: string) => {
        truncateSync(path, 10);
      },
    ],
    [
      'emptied',
      (path: string) => {
        truncateSync(path, 0);
      },
    ],
    [
      'replaced by something else',
      (path: string) => {
        writeFileSync(path, '{"format":1}\nnothing');
      },
    ],
  ])('is reported, and the one before it is used: %s', async (_name, damage) => {
    twoRuns('log');
    for (const projection of ['balance', 'factor']) damage(snapshotsOf('log', projection).at(-1) ?? '');

    const { stdout, stderr } = await run('log', isRight);

    expect(stderr).toBe('');
    for (const name of ['balance', 'factor']) {
      expect(stdout).toMatch(
        new RegExp(`${name}: 1 snapshot in \\S+ cannot be used: .*0000000006\\.snapshot: .+`),
      );
      expect(stdout).toMatch(new RegExp(`${name}: folded 3 events from the snapshot at 3 to 6`));
    }
    expect((await run('log', isRight)).stdout).toContain('balance: folded 0 events from the snapshot at 6');
  });

  it('is passed over with every other one that is damaged', async () => {
    twoRuns('log');
    for (const path of snapshotsOf('log', 'balance')) flipByte(path, -1);

    const { stdout } = await run('log', isRight);

    expect(stdout.match(/balance: .* cannot be used/g)).toEqual([
      expect.stringMatching(/^balance: 2 snapshots in \S+ cannot be used$/),
    ]);
    expect(stdout).toContain('balance: folded 6 events from the beginning to 6');
    expect(stdout).toContain('factor: folded 0 events from the snapshot at 6');
  });
});

describe('snapshots that are gone', () => {
  it('are made up for by the log, each projection by itself', async () => {
    twoRuns('log');
    rmSync(join(dataOf('log'), 'projections', 'balance'), { recursive: true });

    const { stdout } = await run('log', isRight);

    expect(stdout).toContain('balance: folded 6 events from the beginning to 6');
    expect(stdout).toContain('factor: folded 0 events from the snapshot at 6 to 6');
  });

  it('are made up for by the log when there are none at all', async () => {
    twoRuns('log');
    rmSync(join(dataOf('log'), 'projections'), { recursive: true });
    expect((await run('log', isRight)).stdout).toContain('factor: folded 6 events from the beginning to 6');
    expect((await run('log', isRight)).stdout).toContain('factor: folded 0 events from the snapshot at 6');
  });
});

describe('snapshots of another log', () => {
  it('are not used', async () => {
    twoRuns('log');
    await run('other', (server) => record(server, 100, 200, 300));
    cpSync(join(dataOf('other'), 'projections'), join(dataOf('log'), 'projections'), { recursive: true });
    rmSync(snapshotsOf('log', 'balance').at(-1) ?? '');

    const { stdout } = await run('log', isRight);

    expect(stdout).toMatch(/balance: .*cannot be used: .*another log/);
    expect(stdout).toContain('balance: folded 6 events from the beginning to 6');
  });

  it('do not push out the log’s own, even if they are of later positions', async () => {
    twoRuns('log');
    for (let runs = 1; runs <= 3; runs += 1) {
      await run('other', (server) => record(server, 1, 1, 1, 1, 1, 1, 1));
    }
    rmSync(join(dataOf('log'), 'projections'), { recursive: true });
    cpSync(join(dataOf('other'), 'projections'), join(dataOf('log'), 'projections'), { recursive: true });
    await run('log', isRight);

    const { stdout } = await run('log', isRight);

    expect(stdout).toContain('balance: folded 0 events from the snapshot at 6 to 6');
  });

  it('are not used with a log that has been begun anew', async () => {
    twoRuns('log');
    rmSync(join(dataOf('log'), 'log'), { recursive: true });
    await run('log', async (server) => {
      await record(server, 1, 1, 1, 1, 1, 1, 1);
      expect(await foldedUpTo(server, '/balance', 7)).toMatchObject({ value: '7', count: 7 });
    });
  });
});

describe('LEFTFOLD_SNAPSHOT_EVERY', () => {
  it('is how many events apart snapshots are taken, while it runs', async () => {
    const server = await start('log', { LEFTFOLD_SNAPSHOT_EVERY: '10' });
    for (let position = 1; position <= 10; position += 1) await record(server, 1);
    await until(() => ['balance', 'factor'].every((name) => snapshotsOf('log', name).length > 0));
    await server.kill();

    const { stdout } = await run('log');

    expect(stdout).toMatch(/balance: folded \d events from the snapshot at \d+ to 10/);
  });

  it('takes no snapshot before that, and later snapshots are kept spaced along the log', async () => {
    const server = await start('log', { LEFTFOLD_SNAPSHOT_EVERY: '1000' });
    await foldedUpTo(server, '/balance', await record(server, ...Array.from({ length: 999 }, () => 1)));
    expect(snapshotsOf('log', 'balance')).toEqual([]);
    await server.stop();
    for (let runs = 1; runs <= 4; runs += 1) await run('log', (each) => record(each, 1));
    expect(snapshotsOf('log', 'balance').map((path) => Number(path.slice(-25, -9)))).toEqual([
      999, 1001, 1002, 1003,
    ]);
  });
});
