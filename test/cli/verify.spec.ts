/** `leftfold verify`, on intact and on damaged logs. */
import { closeSync, openSync, readFileSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { commitId, type NewCommit } from '../../src/runtime/event-log/event.js';
import { linesOf, problemOf, record, wholeLog, type EventJson } from '../support/api.js';
import { leftfold, printed } from '../support/cli.js';
import { makeLog } from '../support/log-folder.js';
import { madeUpCommits } from '../support/made-up-log.js';
import { Server, TemporaryFolder } from '../support/server.js';

describe('verify', () => {
  const folder = new TemporaryFolder();
  const data = join(folder.path, 'data');
  const commits = madeUpCommits(700);
  let line: string;

  beforeAll(async () => {
    line = await makeLog(data, commits);
  });

  afterAll(() => {
    folder.remove();
  });

  it('prints the position and the hash of the head, and a summary', async () => {
    const { code, stdout, stderr } = await leftfold(['verify', '--data', data]);
    expect([code, stdout]).toEqual([0, line]);
    expect(stderr).toMatch(/^verified [\d,]+ events in 700 commits; all of them fit\n$/);
  });

  it('prints nothing else with --quiet', async () => {
    const { code, stdout, stderr } = await leftfold(['verify', '--data', data, '--quiet']);
    expect([code, stdout, stderr]).toEqual([0, line, '']);
  });

  it('compares the log with an expected hash', async () => {
    const hash = line.trim().split(' ')[1] ?? '';
    const right = await leftfold(['verify', '--data', data, '--expect', hash.toUpperCase()]);
    expect([right.code, right.stdout]).toEqual([0, line]);
    const wrong = await leftfold(['verify', '--data', data, '--expect', '0'.repeat(64)]);
    expect([wrong.code, wrong.stdout]).toEqual([3, '']);
    expect(wrong.stderr).toContain(
      `the log has the hash ${hash} at position ${line.split(' ')[0] ?? ''}, and not 0`,
    );
  });

  it('prints with --through what a log prints that ends there', async () => {
    const shorter = join(folder.path, 'shorter');
    const end = await makeLog(shorter, commits.slice(0, 300));
    const [position = ''] = end.split(' ');
    // The next commit may begin after that position, but does not end there.
    expect(await printed(['verify', '--data', data, '--through', position])).toBe(end);
    expect(await printed(['verify', '--data', data, '--through', String(Number(position) + 1)])).toMatch(
      commits[300]?.events.length === 1 ? /./ : new RegExp(`^${end}$`),
    );
  });

  it('accepts an empty log', async () => {
    const empty = join(folder.path, 'empty');
    await makeLog(empty, []);
    expect(await printed(['verify', '--data', empty])).toBe(`0 ${'0'.repeat(64)}\n`);
  });

  it('verifies a log while a server writes it', async () => {
    const served = join(folder.path, 'served');
    const server = await Server.start({ LEFTFOLD_DATA: served });
    await record(server, 1, 2, 3);
    const before = await printed(['verify', '--data', served]);
    await record(server, 4);
    const after = await printed(['verify', '--data', served]);
    expect([before, after]).toEqual([expect.stringMatching(/^3 /), expect.stringMatching(/^4 /)]);
    expect(await printed(['verify', '--data', served, '--through', '3'])).toBe(before);
    await server.stop();
  });
});

/** The position of the event in which a bit is flipped. */
const DAMAGED = 30;

const DAMAGE = /^leftfold verify: The log is damaged at position 30: .* Restore it from a backup\.\n$/;

const valueAt = (position: number): string => `7777${String(position).padStart(4, '0')}7777`;

const numbers = Array.from({ length: 50 }, (_, index): NewCommit => ({
  id: commitId(`c${index}`),
  time: '2026-01-31T12:00:00.000Z',
  metadata: {},
  events: [{ type: 'entry.recorded', revision: 1, tags: [], data: { value: valueAt(index + 1) } }],
}));

describe('a log with a flipped bit', () => {
  it('makes verify name the position in one line and exit with 3', async () => {
    const folder = new TemporaryFolder();
    await makeLog(folder.path, numbers);
    flipIn(join(folder.path, 'log', 'data.mdb'), valueAt(DAMAGED));
    const { code, stdout, stderr } = await leftfold(['verify', '--data', folder.path]);
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(DAMAGE);
    folder.remove();
  });
});

describe('a log whose file is no longer one', () => {
  it.each<readonly [what: string, damage: (file: string) => void]>([
    [
      'its first page is overwritten',
      (file) => {
        const bytes = readFileSync(file);
        writeFileSync(file, bytes.fill(0xff, 0, 4096));
      },
    ],
    [
      'it is cut off',
      (file) => {
        truncateSync(file, 8_000);
      },
    ],
    [
      'nothing is left of it',
      (file) => {
        writeFileSync(file, 'something else');
      },
    ],
  ])('makes verify exit with 3, in one line, when %s', async (_, damage) => {
    const folder = new TemporaryFolder();
    await makeLog(folder.path, numbers);
    damage(join(folder.path, 'log', 'data.mdb'));
    const { code, stdout, stderr } = await leftfold(['verify', '--data', folder.path]);
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(/^leftfold verify: .*data\.mdb is damaged: .*; restore it from a backup\n$/);
    folder.remove();
  });
});

describe('a log in which a bit is flipped while it is served', () => {
  const folder = new TemporaryFolder();
  const data = join(folder.path, 'data');
  let server: Server;

  beforeAll(async () => {
    await makeLog(data, numbers);
    server = await Server.start({ LEFTFOLD_DATA: data });
    await server.ready();
    flipIn(join(data, 'log', 'data.mdb'), valueAt(DAMAGED));
  });

  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  it('makes verify name the position in one line and exit with 3', async () => {
    const { code, stdout, stderr } = await leftfold(['verify', '--data', data]);
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(DAMAGE);
  });

  it('verifies up to the position before', async () => {
    expect(await printed(['verify', '--data', data, '--through', '29'])).toMatch(/^29 [0-9a-f]{64}\n$/);
  });

  it('is exported up to the position before, with an error', async () => {
    const { code, stdout, stderr } = await leftfold(['export', '--data', data]);
    expect(code).toBe(3);
    expect(linesOf(stdout).map((line) => (JSON.parse(line) as EventJson).data)).toEqual(
      numbers.slice(0, DAMAGED - 1).map(({ events }) => events[0]?.data),
    );
    expect(stderr).toContain('damaged at position 30');
  });

  it('is not backed up', async () => {
    const { code, stderr } = await leftfold(['backup', '--data', data, join(folder.path, 'backup')]);
    expect([code, stderr]).toEqual([3, expect.stringContaining('damaged at position 30')]);
  });

  it('is served over HTTP up to the damage, and with a problem from there', async () => {
    const page = (await server.json('/events?after=0&limit=20')) as { events: readonly unknown[] };
    expect(page.events).toHaveLength(20);
    const problem = await problemOf(await server.fetch('/events?after=20&limit=20'), 500);
    expect(problem).toMatchObject({ type: 'urn:leftfold:problem:log-damaged', position: DAMAGED });
  });

  it('never shows the changed event, however it is read', async () => {
    const wrong = valueAt(DAMAGED).replace('7', '6');
    const shown = [
      await wholeLog(server),
      await (await server.fetch(`/events?after=${DAMAGED - 1}&limit=1`)).text(),
      await (await server.fetch(`/entries/${DAMAGED}`)).text(),
      await (await server.fetch('/values')).text(),
    ];
    for (const text of shown) expect(text).not.toContain(wrong);
    expect(shown[0]).toContain('The log is damaged at position 30');
  });
});

/** Flips a bit in the first byte of each occurrence of a text, which makes it another digit; LMDB may keep several pages with it. */
function flipIn(file: string, text: string): void {
  const bytes = readFileSync(file);
  const descriptor = openSync(file, 'r+');
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1))
    writeSync(descriptor, Buffer.from([(bytes[at] ?? 0) ^ 1]), 0, 1, at);
  closeSync(descriptor);
}
