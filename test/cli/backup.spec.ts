/** `leftfold backup`: copies a log while a server writes it; the copy verifies and can be served. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { linesOf, record, until, wholeLog } from '../support/api.js';
import { leftfold, printed, start } from '../support/cli.js';
import { makeLog } from '../support/log-folder.js';
import { madeUpCommits } from '../support/made-up-log.js';
import { Server, TemporaryFolder } from '../support/server.js';

const CONNECTIONS = 16;

describe('a backup of a log that a server is writing', () => {
  const folder = new TemporaryFolder();
  const [data, copy] = [join(folder.path, 'data'), join(folder.path, 'copy')];
  let server: Server;
  let line: string;
  /** The last acknowledged position before and after the backup. */
  let [before, after] = [0, 0];
  let original: readonly string[];

  beforeAll(async () => {
    server = await Server.start({ LEFTFOLD_DATA: data });
    let [acknowledged, isLoading] = [0, true];
    const loads = Array.from({ length: CONNECTIONS }, async () => {
      while (isLoading) acknowledged = Math.max(acknowledged, await record(server, 1, -1, 2));
    });
    await until(() => acknowledged > 500);
    before = acknowledged;
    line = await printed(['backup', copy, '--data', data]);
    after = acknowledged;
    isLoading = false;
    await Promise.all(loads);
    original = linesOf(await wholeLog(server));
  }, 60_000);

  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  it('has everything that was acknowledged before it, and does not stop the writers', () => {
    const position = Number(line.split(' ')[0]);
    expect(position).toBeGreaterThanOrEqual(before);
    expect(after).toBeGreaterThan(before);
    expect(original.length).toBeGreaterThan(position);
  });

  it('verifies, and is a prefix of the log', async () => {
    expect(await printed(['verify', '--data', copy])).toBe(line);
    const [position = ''] = line.split(' ');
    expect(await printed(['verify', '--data', data, '--through', position])).toBe(line);
  });

  it('can be served beside the original, with the same events, and appended to independently', async () => {
    const restored = await Server.start({ LEFTFOLD_DATA: copy });
    const events = linesOf(await wholeLog(restored));
    expect(events).toEqual(original.slice(0, events.length));
    expect(await record(restored, 5)).toBe(events.length + 1);
    expect(
      await restored.json(`/balance?after=${events.length + 1}`, { headers: { prefer: 'wait=10' } }),
    ).toMatchObject({
      count: events.length + 1,
    });
    expect(await record(server, 5)).toBe(original.length + 1);
    await restored.stop();
  });
});

describe('backup', () => {
  const folder = new TemporaryFolder();
  const data = join(folder.path, 'data');
  let line: string;

  beforeAll(async () => {
    line = await makeLog(data, madeUpCommits(50));
  });

  afterAll(() => {
    folder.remove();
  });

  it('prints the position and the hash of what it copied', async () => {
    const { code, stdout, stderr } = await leftfold([
      'backup',
      '--data',
      data,
      join(folder.path, 'one', 'deep'),
    ]);
    expect([code, stdout]).toEqual([0, line]);
    expect(stderr).toMatch(/^copied \d+ events; all of them fit, and are in \S+deep\n$/);
  });

  it('copies into an empty folder', async () => {
    mkdirSync(join(folder.path, 'empty'));
    await printed(['backup', '--data', data, join(folder.path, 'empty')]);
    expect(readdirSync(join(folder.path, 'empty'))).toEqual(['log']);
  });

  it('refuses a folder that is not empty, and does not change it', async () => {
    const full = join(folder.path, 'full');
    mkdirSync(full);
    writeFileSync(join(full, 'mine'), '');
    const { code, stderr } = await leftfold(['backup', '--data', data, full]);
    expect([code, stderr]).toEqual([1, expect.stringContaining(`${full} is not empty`)]);
    expect(readdirSync(full)).toEqual(['mine']);
  });

  it('replaces an interrupted backup', async () => {
    const interrupted = join(folder.path, 'interrupted');
    mkdirSync(join(interrupted, 'log-part'), { recursive: true });
    writeFileSync(join(interrupted, 'log-part', 'data.mdb'), 'half');
    expect(await printed(['backup', '--data', data, interrupted])).toBe(line);
    expect(readdirSync(interrupted)).toEqual(['log']);
  });

  it('creates no folder when there is no log', async () => {
    const target = join(folder.path, 'nothing');
    const { code, stderr } = await leftfold(['backup', '--data', join(folder.path, 'nowhere'), target]);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/holds no log\n$/)]);
    expect(existsSync(target)).toBe(false);
  });

  it('leaves nothing behind and exits with 130 when it is interrupted', async () => {
    const target = join(folder.path, 'stopped');
    const { process: child, ended } = start(['backup', '--data', data, target]);
    await until(() => existsSync(target));
    child.kill('SIGINT');
    const { code } = await ended;
    // It may have finished before the signal; there is never a partial copy.
    expect([code, existsSync(target)]).toEqual(code === 0 ? [0, true] : [130, false]);
    if (code === 0) expect(await printed(['verify', '--data', target])).toBe(line);
  });
});
